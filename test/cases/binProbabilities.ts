/** Shapes of binProbabilities: one pixel, odd, past a workgroup, ZoeDepth's bins. */
export const binProbabilitiesCases = [
  { pixels: 1, bins: 4 },
  { pixels: 77, bins: 16 },
  { pixels: 70, bins: 17 },
  { pixels: 32 * 48, bins: 64 },
] as const;
