/** Expectation of k / 255 under softmax(logits / temperature), per channel, in float64. logits [n, stride] -> [n, 3]. */
export function temperatureColorRef(logits: ArrayLike<number>, stride: number, temperature: number): Float64Array {
  const y = new Float64Array((3 * logits.length) / stride);
  for (let i = 0; i < y.length; i++) {
    const start = (Math.floor(i / 3) + 1) * stride - 768 + (i % 3) * 256;
    let maxLogit = -Infinity;
    for (let k = 0; k < 256; k++) maxLogit = Math.max(maxLogit, logits[start + k]);
    let sum = 0;
    for (let k = 0; k < 256; k++) {
      const term = Math.exp((logits[start + k] - maxLogit) / temperature);
      sum += term;
      y[i] += (term * k) / 255;
    }
    y[i] /= sum;
  }
  return y;
}
