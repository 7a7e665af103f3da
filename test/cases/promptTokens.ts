/** Shapes of promptTokens: the smallest width, an odd number of tokens, one past a workgroup, and SAM's own. */
export const promptTokensCases = [
  { B: 1, T: 1, C: 8, side: 32 },
  { B: 3, T: 5, C: 48, side: 100 },
  { B: 1, T: 33, C: 8, side: 64 },
  { B: 2, T: 4, C: 256, side: 1024 },
] as const;
