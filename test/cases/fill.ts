/** Element counts of fill: one, no multiple of four, past a workgroup of vec4s. */
export const fillCases = [{ count: 1 }, { count: 7 }, { count: 257 }] as const;
