/**
 * Shapes of attention: smallest, odd, one past a tile of each variant, the models' own, and one that is large enough for
 * sixteen queries a tile. d: channels of a head.
 */
export const attentionCases = [
  { B: 1, heads: 1, N: 5, M: 5, d: 4 },
  { B: 1, heads: 3, N: 33, M: 33, d: 2 },
  { B: 2, heads: 3, N: 49, M: 49, d: 16 },
  { B: 1, heads: 2, N: 8, M: 32, d: 12 },
  { B: 1, heads: 4, N: 7, M: 256, d: 16 },
  { B: 1, heads: 4, N: 256, M: 9, d: 32 },
  { B: 1, heads: 2, N: 65, M: 65, d: 64 },
  { B: 1, heads: 1, N: 33, M: 130, d: 80 },
  { B: 1, heads: 1, N: 130, M: 130, d: 80, bench: 'tests' },
  { B: 1, heads: 1, N: 1601, M: 1601, d: 80 },
] as const;

/** Self-attention for the benchmark alone: too large for the loops of the reference. */
export const attentionModelCases = [
  { heads: 12, d: 64, N: 1024, bench: 'round' },
  { heads: 12, d: 64, N: 197, bench: 'MCC' },
] as const;

/** Grids of relative positions: SAM's decomposed ones, BEiT's with a class token. */
export const positionCases = [
  { heads: 2, height: 6, width: 6, d: 16 },
  { heads: 3, height: 5, width: 7, d: 8 },
  { heads: 1, height: 9, width: 14, d: 64 },
  { heads: 1, height: 40, width: 45, d: 64 },
] as const;

/** For the benchmark: BEiT's grids with a class token. */
export const beitModelCases = [{ heads: 16, d: 64, height: 24, width: 32, bench: 'ZoeDepth BEiT' }] as const;

/** For the benchmark: SAM's grids of side x side tokens, in windows of `size` or, with 0, as a whole. */
export const samModelCases = [
  { heads: 12, d: 64, side: 64, size: 14, bench: 'SAM vit_b, windowed' },
  { heads: 12, d: 64, side: 64, size: 0, bench: 'SAM vit_b, global' },
] as const;

/** For the benchmark: N queries to M tokens. */
export const crossModelCases = [
  { heads: 8, d: 16, N: 7, M: 4096, bench: 'SAM decoder, tokens to image' },
  { heads: 8, d: 16, N: 4096, M: 7, bench: 'SAM decoder, image to tokens' },
] as const;

/** Windows: the grid is padded on both sides, on none, or smaller than a window. */
export const windowCases = [
  { B: 1, heads: 2, height: 16, width: 16, size: 6, d: 16 },
  { B: 2, heads: 3, height: 7, width: 9, size: 4, d: 4 },
  { B: 1, heads: 1, height: 8, width: 8, size: 8, d: 64 },
  { B: 1, heads: 2, height: 5, width: 3, size: 7, d: 5 },
] as const;

/** MCC's decoder: Q queries, M seen tokens. */
export const queryCases = [
  { Q: 1, M: 5, heads: 1, d: 16 },
  { Q: 33, M: 197, heads: 4, d: 8 },
  { Q: 40, M: 33, heads: 2, d: 32 },
  { Q: 9, M: 17, heads: 3, d: 6 },
] as const;

/** For the benchmark alone: too large for the loops of the reference. */
export const queryModelCases = [{ Q: 1024, M: 197, heads: 16, d: 32, bench: 'MCC decoder' }] as const;
