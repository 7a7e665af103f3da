/** Shapes of transposed convolutions: smallest, odd, whole vec4s. */
export const convTranspose2dCases = [
  { B: 1, H: 1, W: 1, I: 1, O: 1, kernel: 1 },
  { B: 2, H: 3, W: 5, I: 6, O: 7, kernel: 4 },
  { B: 2, H: 5, W: 5, I: 8, O: 9, kernel: 2 },
  { B: 1, H: 6, W: 4, I: 32, O: 16, kernel: 2 },
] as const;

/** For the benchmark alone: too large for the loops of the reference. */
export const convTranspose2dModelCases = [
  { H: 64, W: 64, I: 256, O: 64, kernel: 2, bench: 'SAM decoder' },
  { H: 128, W: 128, I: 64, O: 32, kernel: 2, bench: 'SAM decoder' },
  { H: 24, W: 32, I: 256, O: 256, kernel: 4, bench: 'ZoeDepth reassembly' },
] as const;
