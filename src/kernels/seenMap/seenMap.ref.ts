/** The resized map of normalized points, in float64: crop, padding to a square, interpolation. */
import type { PhotoPoints } from '../pointMap/pointMap.ref.ts';

/** A tap table row by row: two positions, two weights. */
export type AxisTaps = readonly (readonly [number, number, number, number])[];

/** @param box top, left, height, width */
export function seenMapRef(
  { points, valid }: PhotoPoints,
  W: number,
  stats: ArrayLike<number>,
  taps: AxisTaps,
  [top, left, height, width]: readonly number[],
): PhotoPoints {
  const size = taps.length;
  const y = { points: new Float64Array(3 * size * size).fill(-100), valid: new Uint32Array(size * size) };
  for (let i = 0; i < size * size; i++) {
    const [r0, r1, w0, w1] = taps[Math.floor(i / size)];
    const [c0, c1, v0, v1] = taps[i % size];
    const corners = [
      [r0, c0, w0 * v0],
      [r0, c1, w0 * v1],
      [r1, c0, w1 * v0],
      [r1, c1, w1 * v1],
    ].map(([row, column, weight]) => ({
      inside: row < height && column < width,
      pixel: (top + row) * W + left + column,
      weight,
    }));
    if (!corners.every(({ inside, pixel }) => inside && valid[pixel])) continue;
    y.valid[i] = 1;
    for (let axis = 0; axis < 3; axis++) {
      y.points[3 * i + axis] = corners.reduce(
        (sum, { pixel, weight }) => sum + (weight * (points[3 * pixel + axis] - stats[axis])) / stats[7],
        0,
      );
    }
  }
  return y;
}
