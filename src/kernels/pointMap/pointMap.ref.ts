/** Points of a photo and their validity, in float64. Invalid points are 0. */

/** Smallest normal float32: smaller depths count as missing. */
const SMALLEST = 2 ** -126;

export interface PhotoPoints {
  /** [pixels, 3] */
  points: Float64Array;
  /** [pixels], 0 or 1 */
  valid: Uint32Array;
}

/** From depth [H, W], mask [H, W] and intrinsics fx, fy, cx, cy. */
export function unprojectRef(
  depth: ArrayLike<number>,
  mask: ArrayLike<number>,
  W: number,
  [fx, fy, cx, cy]: Iterable<number>,
): PhotoPoints {
  const points = new Float64Array(3 * depth.length);
  const valid = new Uint32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    const d = depth[i];
    if (!mask[i] || !(d >= SMALLEST && d < Infinity)) continue;
    valid[i] = 1;
    points.set([(((i % W) - cx) / fx) * d, ((Math.floor(i / W) - cy) / fy) * d, d], 3 * i);
  }
  return { points, valid };
}

/** From points [H, W, 3] and mask [H, W]. */
export function maskPointsRef(points: ArrayLike<number>, mask: ArrayLike<number>): PhotoPoints {
  const valid = Uint32Array.from(mask, (flag, i) =>
    flag && [0, 1, 2].every((axis) => Number.isFinite(points[3 * i + axis])) ? 1 : 0,
  );
  return { points: Float64Array.from(points, (v, k) => (valid[Math.floor(k / 3)] ? v : 0)), valid };
}
