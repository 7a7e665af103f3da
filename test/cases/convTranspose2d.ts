/** Shapes of transposed convolutions: smallest, odd, whole vec4s. */
export const convTranspose2dCases = [
  { B: 1, H: 1, W: 1, I: 1, O: 1, kernel: 1 },
  { B: 2, H: 3, W: 5, I: 6, O: 7, kernel: 4 },
  { B: 2, H: 5, W: 5, I: 8, O: 9, kernel: 2 },
  { B: 1, H: 6, W: 4, I: 32, O: 16, kernel: 2 },
] as const;
