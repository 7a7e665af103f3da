/** Colored points, the input of the file formats. */

/** A colored point cloud. */
export interface ColoredPoints {
  /** [n, 3] positions, in the unit and frame of the caller. */
  xyz: Float32Array;
  /** [n, 3] sRGB bytes. */
  rgb: Uint8Array;
}

/** Counts the points. @throws RangeError if positions and colors do not hold three values for each point */
export function countPoints(format: string, points: ColoredPoints): number {
  const { xyz, rgb } = points;
  if (xyz.length % 3 !== 0 || xyz.length !== rgb.length) {
    throw new RangeError(
      `${format}: xyz holds ${xyz.length} values and rgb ${rgb.length}; both must hold three for each point.`,
    );
  }
  return xyz.length / 3;
}
