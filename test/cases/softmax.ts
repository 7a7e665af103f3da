/** Shapes of softmax: smallest, odd, in fours, and the longest rows; `scale` is the size of the logits. */
export const softmaxCases = [
  { rows: 5, C: 1, scale: 1, divisor: 1 },
  { rows: 7, C: 13, scale: 3, divisor: 1 },
  { rows: 12, C: 13, scale: 3, divisor: 2 },
  { rows: 20, C: 1, scale: 1, divisor: 1 },
  { rows: 9, C: 8, scale: 2, divisor: 1 },
  { rows: 31, C: 256, scale: 12, divisor: 0.1 },
  { rows: 3, C: 4097, scale: 5, divisor: 1 },
  { rows: 2, C: 4096, scale: 90, divisor: 1 },
] as const;

/** For the benchmark alone: many rows. */
export const softmaxModelCases = [{ rows: 4096, C: 197, bench: 'rows' }] as const;
