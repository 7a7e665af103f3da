/** A table of position biases, interpolated for another grid, in float64. */
import { resizeRef } from '../resize/resize.ref.ts';

/** table [(2 * native - 1)^2 + 3, heads] -> [(2h - 1)(2w - 1) + 3, heads]. */
export function biasTableRef(
  table: ArrayLike<number>,
  native: number,
  [h, w]: readonly [number, number],
  heads: number,
): Float64Array {
  const side = 2 * native - 1;
  const all = Float64Array.from(table);
  const map = resizeRef(all, [1, side, side, heads], [2 * h - 1, 2 * w - 1], { mode: 'bilinear', alignCorners: false });
  return Float64Array.of(...map, ...all.subarray(side * side * heads));
}
