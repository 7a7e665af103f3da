/** Shapes of batchNorm: smallest, channels not in fours, in fours, and a feature map. */
export const batchNormCases = [
  { rows: 1, C: 1 },
  { rows: 35, C: 19 },
  { rows: 9, C: 8 },
  { rows: 24 * 32, C: 256 },
] as const;
