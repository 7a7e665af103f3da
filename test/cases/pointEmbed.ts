/** Shapes of pointEmbed: smallest, odd, one past a workgroup, and MCC's own channels. */
export const pointEmbedCases = [
  { points: 1, E: 1 },
  { points: 9, E: 5 },
  { points: 13, E: 65 },
  { points: 64, E: 768 },
] as const;
