/** Photos H x W of the photo kernel, and the square they are padded to (none: their own size). */
export const photoCases = [
  { from: [1, 1], square: 0 },
  { from: [5, 7], square: 9 },
  { from: [24, 31], square: 32 },
  { from: [120, 160], square: 0 },
] as const;
