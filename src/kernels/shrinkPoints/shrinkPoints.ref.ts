/** Distances r above `limit` become limit (2 - limit / r), in float64. x [n, 3]. */
export function shrinkPointsRef(x: ArrayLike<number>, limit: number): Float64Array {
  const y = Float64Array.from(x);
  for (let i = 0; i < y.length; i += 3) {
    const r = Math.hypot(y[i], y[i + 1], y[i + 2]);
    if (!(r > limit)) continue;
    for (let axis = 0; axis < 3; axis++) y[i + axis] *= (limit * (2 - limit / r)) / r;
  }
  return y;
}
