/** Shapes of resizeAxis: x [outer, from, C] -> [outer, to, C]; shrinking, enlarging, to one. */
export const resizeAxisCases = [
  { outer: 1, from: 7, to: 1, C: 1 },
  { outer: 3, from: 23, to: 9, C: 5 },
  { outer: 2, from: 9, to: 14, C: 8 },
  { outer: 1, from: 800, to: 224, C: 4 },
] as const;
