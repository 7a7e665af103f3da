/** Shapes of cumsumRows: one element, odd, the bin edges of ZoeDepth. */
export const cumsumRowsCases = [
  { rows: 3, C: 1 },
  { rows: 65, C: 17 },
  { rows: 12 * 24, C: 65 },
] as const;
