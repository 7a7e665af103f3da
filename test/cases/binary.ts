/** Shapes of a and b: equal, last axes, numbers, and repeats in the middle; in fours and not. */
export const binaryCases = [
  { a: [1], b: [1] },
  { a: [5, 7], b: [5, 7] },
  { a: [3, 5, 8], b: [8] },
  { a: [3, 5, 7], b: [7] },
  { a: [2, 3, 4], b: [3, 4] },
  { a: [2, 5, 8], b: [2, 1, 8] },
  { a: [2, 5, 3], b: [2, 1, 3] },
  { a: [2, 5, 3], b: [2, 1, 1] },
  { a: [2, 5, 6], b: [5, 1] },
  { a: [2, 1, 5, 6], b: [2, 1, 1, 6] },
  { a: [3, 4, 5], b: [1] },
  { a: [197, 768], b: [768] },
] as const;
