/** Shapes of products of computed matrices: smallest, odd, one past a tile, multiples of four, and SAM's masks. */
export const matmulCases = [
  { B: 1, M: 1, N: 1, K: 1, transposeB: false },
  { B: 1, M: 5, N: 3, K: 7, transposeB: false },
  { B: 3, M: 17, N: 33, K: 9, transposeB: false },
  { B: 2, M: 50, N: 50, K: 16, transposeB: true },
  { B: 4, M: 65, N: 19, K: 33, transposeB: true },
  { B: 3, M: 6, N: 20, K: 12, transposeB: false },
  { B: 2, M: 5, N: 68, K: 8, transposeB: true },
  { B: 1, M: 4, N: 4096, K: 32, transposeB: false },
  { B: 1, M: 4, N: 4096, K: 32, transposeB: true },
] as const;

/** For the benchmark alone: too large for the loops of the reference. */
export const matmulModelCases = [
  { B: 1, M: 4, K: 32, N: 65536, bench: 'SAM masks' },
  { B: 12, M: 197, K: 64, N: 197, bench: 'products of heads' },
] as const;
