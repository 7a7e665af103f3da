/** Shapes of attention: smallest, odd, one past a tile of each family, and the models' own. d: features of a head. */
export const attentionCases = [
  { B: 1, heads: 1, N: 5, M: 5, d: 4 },
  { B: 1, heads: 3, N: 33, M: 33, d: 2 },
  { B: 2, heads: 3, N: 49, M: 49, d: 16 },
  { B: 1, heads: 2, N: 8, M: 32, d: 12 },
  { B: 1, heads: 4, N: 7, M: 256, d: 16 },
  { B: 1, heads: 4, N: 256, M: 9, d: 32 },
  { B: 1, heads: 2, N: 65, M: 65, d: 64 },
  { B: 1, heads: 1, N: 33, M: 130, d: 80 },
] as const;

/** Grids of positions (SAM decomposed, BEiT with its class token). */
export const positionCases = [
  { heads: 2, height: 6, width: 6, d: 16 },
  { heads: 3, height: 5, width: 7, d: 8 },
  { heads: 1, height: 9, width: 14, d: 64 },
] as const;

/** Windows: padded on both sides, on none, larger than the grid. */
export const windowCases = [
  { B: 1, heads: 2, height: 16, width: 16, size: 6, d: 16 },
  { B: 2, heads: 3, height: 7, width: 9, size: 4, d: 4 },
  { B: 1, heads: 1, height: 8, width: 8, size: 8, d: 64 },
  { B: 1, heads: 2, height: 5, width: 3, size: 7, d: 5 },
] as const;

/** MCC's decoder: queries, seen tokens. */
export const queryCases = [
  { Q: 1, M: 5, heads: 1, d: 16 },
  { Q: 33, M: 197, heads: 4, d: 8 },
  { Q: 40, M: 33, heads: 2, d: 32 },
  { Q: 9, M: 17, heads: 3, d: 6 },
] as const;
