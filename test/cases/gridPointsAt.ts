/** Shapes of gridPointsAt: one point, unequal axes, lists beyond a workgroup. */
export const gridPointsAtCases = [
  { counts: [1, 1, 1], count: 1 },
  { counts: [3, 4, 5], count: 30 },
  { counts: [12, 11, 10], count: 65 },
  { counts: [12, 12, 12], count: 3000 },
] as const;

/** A chunk of the grid that MCC sweeps by default. */
export const gridPointsAtModelCases = [{ counts: [140, 140, 150], count: 4096, bench: 'MCC grid' }] as const;
