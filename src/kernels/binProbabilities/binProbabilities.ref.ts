/** Probabilities of depth bins from raw [pixels, 4], in float64. */
export interface BinRange {
  readonly bins: number;
  readonly minTemp: number;
  readonly maxTemp: number;
}

/** `coefficients` are the logarithms of the (approximate) binomial coefficients, [bins]. */
export function binProbabilitiesRef(
  raw: ArrayLike<number>,
  coefficients: ArrayLike<number>,
  { bins, minTemp, maxTemp }: BinRange,
): Float64Array {
  const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  const limited = (x: number) => Math.min(Math.max(x, 1e-4), 1);
  const y = new Float64Array((raw.length / 4) * bins);
  for (let pixel = 0; pixel < raw.length / 4; pixel++) {
    const [a, b, c, d] = [0, 1, 2, 3].map((i) => softplus(raw[4 * pixel + i]) + 1e-4);
    const p = a / (a + b);
    const t = (maxTemp - minTemp) * (c / (c + d)) + minTemp;
    const scores = Array.from({ length: bins }, (_, k) => {
      return (coefficients[k] + k * Math.log(limited(p)) + (bins - 1 - k) * Math.log(limited(1 - p))) / t;
    });
    const peak = Math.max(...scores);
    const total = scores.reduce((sum, s) => sum + Math.exp(s - peak), 0);
    scores.forEach((s, k) => (y[pixel * bins + k] = Math.exp(s - peak) / total));
  }
  return y;
}
