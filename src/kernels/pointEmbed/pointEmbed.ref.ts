/** Embeds points, in plain float64 loops: w p + b where valid, else `missing`. points [n, 3], w [E, 3] -> [n, E]. */
export function pointEmbedRef(
  points: ArrayLike<number>,
  valid: ArrayLike<number>,
  w: ArrayLike<number>,
  b: ArrayLike<number>,
  missing: ArrayLike<number>,
): Float64Array {
  const E = b.length;
  const y = new Float64Array(valid.length * E);
  for (let i = 0; i < valid.length; i++) {
    for (let e = 0; e < E; e++) {
      let sum = b[e];
      for (let axis = 0; axis < 3; axis++) sum += points[3 * i + axis] * w[3 * e + axis];
      y[i * E + e] = valid[i] ? sum : missing[e];
    }
  }
  return y;
}
