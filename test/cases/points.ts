/** Numbers of points: one, odd, one past a workgroup, one past a block of statistics, a small photo. */
export const pointCases = [{ count: 1 }, { count: 7 }, { count: 65 }, { count: 4097 }, { count: 120 * 163 }] as const;
