/** Shapes of attract: odd bins, one attractor, and a level of ZoeDepth. */
export const attractCases = [
  { rows: 1, A: 1, bins: 1 },
  { rows: 15, A: 5, bins: 7 },
  { rows: 70, A: 16, bins: 16 },
  { rows: 24 * 32, A: 8, bins: 64 },
] as const;
