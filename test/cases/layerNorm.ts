/** Shapes of layerNorm: smallest, odd, in fours, one past a workgroup, and the models' own. */
export const layerNormCases = [
  { rows: 1, C: 1 },
  { rows: 5, C: 48 },
  { rows: 21, C: 65 },
  { rows: 2, C: 257 },
  { rows: 9, C: 1024 },
  { rows: 197, C: 768, bench: 'MCC' },
] as const;

/** For the benchmark alone: SAM's shapes at full size. */
export const layerNormModelCases = [
  { rows: 4096, C: 768, bench: 'SAM vit_b' },
  { rows: 4096, C: 256, bench: 'SAM neck' },
] as const;
