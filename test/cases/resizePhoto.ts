/** Photos H x W, margins [rows, columns] that continue them on both sides, and the size they are brought to. */
export const resizePhotoCases = [
  { from: [1, 1], margins: [0, 0], to: [3, 2] },
  { from: [5, 7], margins: [4, 6], to: [9, 8] },
  { from: [61, 83], margins: [16, 19], to: [64, 96] },
  { from: [120, 160], margins: [0, 0], to: [64, 65] },
] as const;
