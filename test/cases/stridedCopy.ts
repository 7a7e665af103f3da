/** Boxes of stridedCopy by the shape of x: smallest, odd, more than a workgroup, and maps of the networks. */
export const stridedCopyCases = [
  { shape: [1] },
  { shape: [3, 5, 7] },
  { shape: [2, 9, 5, 8] },
  { shape: [2, 3, 2, 5, 3, 4] },
  { shape: [1, 64, 64, 64] },
] as const;
