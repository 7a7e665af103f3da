/** Photos, boxes inside them (top, left, height, width) and sizes of results: one pixel, wide, tall, shrinking, growing. */
export const seenCases = [
  { photo: [1, 1], box: [0, 0, 1, 1], size: 3 },
  { photo: [20, 33], box: [2, 5, 11, 24], size: 16 },
  { photo: [41, 30], box: [1, 0, 40, 13], size: 9 },
  { photo: [120, 163], box: [0, 3, 120, 160], size: 112 },
] as const;
