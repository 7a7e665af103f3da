/** Shapes of nearOccupied: one point, a line, flat and unequal grids, one word and one point beyond it. */
export const nearOccupiedCases = [
  { counts: [1, 1, 1] },
  { counts: [1, 1, 70] },
  { counts: [2, 3, 5] },
  { counts: [4, 4, 2] },
  { counts: [1, 3, 11] },
  { counts: [12, 11, 10] },
  { counts: [30, 31, 33] },
] as const;

/** The grid that MCC sweeps by default. */
export const nearOccupiedModelCases = [{ counts: [140, 140, 150], bench: 'MCC grid' }] as const;
