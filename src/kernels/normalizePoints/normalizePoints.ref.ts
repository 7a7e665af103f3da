/** x / scale - mean / scale for valid points, 0 for others, in float64. `stats` as maskedStats gives them. */
export const normalizePointsRef = (
  points: ArrayLike<number>,
  valid: ArrayLike<number>,
  stats: ArrayLike<number>,
): Float64Array =>
  Float64Array.from(points, (v, k) => (valid[Math.floor(k / 3)] ? v / stats[7] - stats[k % 3] / stats[7] : 0));
