/** Activation functions in float64. */

/**
 * Complementary error function for u >= 0, to about 1e-15: its Taylor series near zero, else its continued fraction
 * (Abramowitz and Stegun 7.1.5 and 7.1.14).
 */
function erfcRef(u: number): number {
  if (u < 2) {
    let term = u;
    let sum = u;
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
      term *= (-u * u) / n;
      sum += term / (2 * n + 1);
      if (u === 0) break;
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n--) fraction = n / 2 / (u + fraction);
  return Math.exp(-u * u) / (Math.sqrt(Math.PI) * (u + fraction));
}

/** GELU in its erf form. */
export const geluRef = (x: number): number => {
  const tail = 0.5 * Math.abs(x) * erfcRef(Math.abs(x) / Math.SQRT2);
  return Math.max(x, 0) - tail;
};

export function activationRef(kind: 'none' | 'gelu' | 'relu', x: number): number {
  return kind === 'gelu' ? geluRef(x) : kind === 'relu' ? Math.max(x, 0) : x;
}
