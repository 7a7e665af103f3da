/** The resized colors of a crop that is padded to a square with black, in float64. */
import type { AxisTaps } from '../seenMap/seenMap.ref.ts';

/** @param box top, left, height, width */
export function seenColorsRef(
  photo: Uint32Array,
  W: number,
  taps: AxisTaps,
  [top, left, height, width]: readonly number[],
): Float64Array {
  const size = taps.length;
  const at = (row: number, column: number, channel: number): number =>
    row < height && column < width ? ((photo[(top + row) * W + left + column] >>> (8 * channel)) & 255) / 255 : 0;
  return Float64Array.from({ length: 3 * size * size }, (_, k) => {
    const i = Math.floor(k / 3);
    const [r0, r1, w0, w1] = taps[Math.floor(i / size)];
    const [c0, c1, v0, v1] = taps[i % size];
    const upper = v0 * at(r0, c0, k % 3) + v1 * at(r0, c1, k % 3);
    return w0 * upper + w1 * (v0 * at(r1, c0, k % 3) + v1 * at(r1, c1, k % 3));
  });
}
