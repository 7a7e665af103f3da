/** The resized colors of a photo that is continued by reflection at its edges, in float64. */
import type { AxisTaps } from '../seenMap/seenMap.ref.ts';

/**
 * @param photo RGBA8 words, W in a row
 * @param rows, columns taps of an axis: two positions in the photo and their weights
 */
export function resizePhotoRef(photo: Uint32Array, W: number, rows: AxisTaps, columns: AxisTaps): Float64Array {
  const at = (row: number, column: number, channel: number): number =>
    ((photo[row * W + column] >>> (8 * channel)) & 255) / 255;
  return Float64Array.from({ length: 3 * rows.length * columns.length }, (_, k) => {
    const pixel = Math.floor(k / 3);
    const [r0, r1, w0, w1] = rows[Math.floor(pixel / columns.length)];
    const [c0, c1, v0, v1] = columns[pixel % columns.length];
    const mix = (row: number): number => v0 * at(row, c0, k % 3) + v1 * at(row, c1, k % 3);
    return w0 * mix(r0) + w1 * mix(r1);
  });
}
