/** Sizes of element-wise kernels: one, odd, one past a workgroup of vec4s, and a token map of the models. */
export const unaryCases = [{ count: 1 }, { count: 7 }, { count: 257 }, { count: 197 * 768 }] as const;
