/** Points that are given, inside the mask and finite; the others become 0. */
export function maskPointsRef(
  points: ArrayLike<number>,
  given: ArrayLike<number>,
  mask: ArrayLike<number>,
): { points: Float64Array; valid: Uint32Array } {
  const valid = Uint32Array.from(given, (flag, i) => {
    const finite = [0, 1, 2].every((axis) => Number.isFinite(points[3 * i + axis]));
    return flag && mask[i] && finite ? 1 : 0;
  });
  return { points: Float64Array.from(points, (v, k) => (valid[Math.floor(k / 3)] ? v : 0)), valid };
}
