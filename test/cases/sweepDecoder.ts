/** Shapes of sweepDecoder: fewer queries than a tile, one more, panels that are not full, several blocks. */
export const sweepDecoderCases = [
  { Q: 1, C: 16, heads: 2, depth: 1, M: 5 },
  { Q: 65, C: 32, heads: 4, depth: 2, M: 33 },
  { Q: 20, C: 48, heads: 4, depth: 1, M: 17 },
  { Q: 130, C: 64, heads: 2, depth: 1, M: 40 },
  { Q: 66, C: 96, heads: 3, depth: 2, M: 33 },
] as const;

export type SweepDecoderCase = (typeof sweepDecoderCases)[number];
