/** Coloured points as file formats take them. */
export interface ColouredPoints {
  /** [n, 3] positions, in the unit and frame that the caller chose. */
  xyz: Float32Array;
  /** [n, 3] sRGB bytes. */
  rgb: Uint8Array;
}

/** Number of points. @throws RangeError if positions and colours do not hold three values for each point */
export function countPoints(format: string, points: ColouredPoints): number {
  const { xyz, rgb } = points;
  if (xyz.length % 3 !== 0 || xyz.length !== rgb.length) {
    throw new RangeError(
      `${format}: xyz holds ${xyz.length} values and rgb ${rgb.length}; both need three for each point.`,
    );
  }
  return xyz.length / 3;
}

/** Colours 0..1 -> sRGB bytes, rounded to nearest and clamped; NaN becomes 0. */
export function colourBytes(colours: Float32Array): Uint8Array {
  // Uint8ClampedArray clamps, rounds halves to even and maps NaN to 0 when it stores.
  const bytes = new Uint8ClampedArray(colours.length);
  for (let i = 0; i < colours.length; i++) bytes[i] = colours[i] * 255;
  return new Uint8Array(bytes.buffer);
}
