/** LayerNorm over the last axis, in plain float64 loops. x [rows, C]; gamma, beta [C]. */
export function layerNormRef(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  C: number,
  eps: number,
): Float64Array {
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += C) {
    let mean = 0;
    for (let c = 0; c < C; c++) mean += x[start + c] / C;
    let variance = 0;
    for (let c = 0; c < C; c++) variance += (x[start + c] - mean) ** 2 / C;
    const scale = 1 / Math.sqrt(variance + eps);
    for (let c = 0; c < C; c++) y[start + c] = (x[start + c] - mean) * scale * gamma[c] + beta[c];
  }
  return y;
}
