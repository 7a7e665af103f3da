/** Grids of biasTable: smaller, larger, one patch, and ZoeDepth's own for a photo of 4:3. */
export const biasTableCases: { native: number; to: [number, number]; heads: number }[] = [
  { native: 2, to: [1, 1], heads: 1 },
  { native: 6, to: [4, 6], heads: 2 },
  { native: 4, to: [7, 3], heads: 3 },
  { native: 24, to: [24, 32], heads: 16 },
];
