/** Photos of pillowResize: H x W -> h x w; shrinking, enlarging, one axis only, one pixel, SAM's own. */
export const pillowResizeCases: { from: [number, number]; to: [number, number] }[] = [
  { from: [1, 1], to: [3, 2] },
  { from: [37, 53], to: [22, 32] },
  { from: [11, 20], to: [30, 7] },
  { from: [60, 60], to: [60, 31] },
  { from: [480, 640], to: [768, 1024] },
];
