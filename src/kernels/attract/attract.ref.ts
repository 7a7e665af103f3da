/** Centers [rows, bins] moved towards points [rows, A], in float64. */
export function attractRef(
  points: ArrayLike<number>,
  centers: ArrayLike<number>,
  A: number,
  bins: number,
): Float64Array {
  return Float64Array.from({ length: centers.length }, (_, i) => {
    const c = centers[i];
    let sum = 0;
    for (let a = 0; a < A; a++) {
      const d = points[Math.floor(i / bins) * A + a] - c;
      sum += d / (1 + 300 * d * d);
    }
    return c + sum / A;
  });
}
