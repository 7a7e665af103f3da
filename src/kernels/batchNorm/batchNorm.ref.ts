/** (x - mean) / sqrt(variance + eps) * gamma + beta per channel, in float64. x [..., C]; the others [C]. */
export const batchNormRef = (
  x: ArrayLike<number>,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  eps: number,
): Float64Array =>
  Float64Array.from(x, (v, i) => {
    const c = i % mean.length;
    return ((v - mean[c]) / Math.sqrt(variance[c] + eps)) * gamma[c] + beta[c];
  });
