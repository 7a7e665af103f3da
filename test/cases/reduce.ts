/** Shapes of reductions: one, odd, one past a short row, one past a block, three stages deep. */
export const reduceCases = [
  { rows: 1, C: 1 },
  { rows: 70, C: 7 },
  { rows: 3, C: 256 },
  { rows: 3, C: 257 },
  { rows: 5, C: 4097 },
  { rows: 1, C: 3_000_001 },
] as const;
