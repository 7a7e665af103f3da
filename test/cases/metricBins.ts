/** Shapes of metricBins: centers H x W, depth h x w. */
export const metricBinsCases: { B: number; from: [number, number]; to: [number, number]; bins: number }[] = [
  { B: 1, from: [1, 1], to: [2, 3], bins: 4 },
  { B: 2, from: [5, 7], to: [9, 11], bins: 16 },
  { B: 1, from: [4, 3], to: [8, 6], bins: 17 },
  { B: 1, from: [24, 32], to: [48, 64], bins: 64 },
];
