/** exp(x / divisor) / sum over the last axis, in plain float64 loops. x [rows, C]. */
export function softmaxRef(x: ArrayLike<number>, C: number, divisor = 1): Float64Array {
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += C) {
    let rowMax = -Infinity;
    for (let c = 0; c < C; c++) rowMax = Math.max(rowMax, x[start + c]);
    let sum = 0;
    for (let c = 0; c < C; c++) sum += y[start + c] = Math.exp((x[start + c] - rowMax) / divisor);
    for (let c = 0; c < C; c++) y[start + c] /= sum;
  }
  return y;
}
