/** Shapes of pointAttention: one window, odd sizes, one past a workgroup, MCC's own windows. */
export const pointAttentionCases = [
  { side: 2, window: 2, heads: 1 },
  { side: 9, window: 3, heads: 5 },
  { side: 10, window: 2, heads: 3 },
  { side: 24, window: 8, heads: 12 },
] as const;
