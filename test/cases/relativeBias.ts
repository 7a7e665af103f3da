/** Grids of relativeBias: one patch, odd, the small ZoeDepth's. */
export const relativeBiasCases: { grid: [number, number]; heads: number }[] = [
  { grid: [1, 1], heads: 1 },
  { grid: [3, 5], heads: 3 },
  { grid: [4, 6], heads: 4 },
];
