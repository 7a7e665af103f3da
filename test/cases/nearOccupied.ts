/** Shapes of nearOccupied: one point, flat and unequal grids, counts that are a multiple of the stride and one beyond it. */
export const nearOccupiedCases = [
  { counts: [1, 1, 1], stride: 4 },
  { counts: [1, 1, 70], stride: 1 },
  { counts: [2, 3, 5], stride: 4 },
  { counts: [8, 9, 10], stride: 4 },
  { counts: [9, 13, 17], stride: 2 },
  { counts: [12, 11, 10], stride: 1 },
  { counts: [30, 31, 33], stride: 2 },
] as const;
