/** Shapes of sortRows: one element, odd, the bins of ZoeDepth. */
export const sortRowsCases = [
  { rows: 3, C: 1 },
  { rows: 15, C: 17 },
  { rows: 24 * 32, C: 64 },
] as const;
