/** Shapes of gridPoints: one point, unequal axes, chunks inside the grid and past its end. */
export const gridPointsCases = [
  { counts: [1, 1, 1], start: 0, count: 1 },
  { counts: [3, 4, 5], start: 7, count: 30 },
  { counts: [3, 4, 5], start: 50, count: 65 },
  { counts: [12, 12, 12], start: 0, count: 1728 },
] as const;
