/** Shapes of resizeMasked: odd, shrinking, enlarging, and the chain's point map. */
export const resizeMaskedCases = [
  { B: 1, from: [9, 9], to: [14, 14], C: 3 },
  { B: 2, from: [21, 13], to: [7, 9], C: 2 },
  { B: 1, from: [150, 150], to: [112, 112], C: 3 },
] as const;
