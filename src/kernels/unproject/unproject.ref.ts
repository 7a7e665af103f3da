/** Depth map and mask to camera points and their validity, in float64. Invalid points are 0. */
export function unprojectRef(
  depth: ArrayLike<number>,
  mask: ArrayLike<number>,
  W: number,
  [fx, fy, cx, cy]: ArrayLike<number> & Iterable<number>,
): { points: Float64Array; valid: Uint32Array } {
  const points = new Float64Array(3 * depth.length);
  const valid = new Uint32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    const d = depth[i];
    if (!mask[i] || !(d > 0 && d < Infinity)) continue;
    valid[i] = 1;
    points.set([(((i % W) - cx) / fx) * d, ((Math.floor(i / W) - cy) / fy) * d, d], 3 * i);
  }
  return { points, valid };
}
