/** Sizes of element-wise kernels: one, odd, one past a workgroup of vec4s, and a token map of the models. */
export const unaryCases = [{ count: 1 }, { count: 7 }, { count: 257 }, { count: 197 * 768 }] as const;

/** For the benchmark alone: SAM's shapes at full size. */
export const geluModelCases = [{ rows: 4096, C: 3072, bench: 'SAM vit_b MLP' }] as const;
