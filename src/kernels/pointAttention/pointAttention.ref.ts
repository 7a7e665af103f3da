/** What pointAttention computes, in plain float64 loops. */

export interface PointAttentionSizes {
  readonly side: number;
  readonly window: number;
  readonly heads: number;
  readonly eps: number;
}

/** points [side, side, 3] · valid [side, side] · spread, scores as in pointAttention.ts -> [windows, heads, 3 + states]. */
export function pointAttentionRef(
  points: ArrayLike<number>,
  valid: ArrayLike<number>,
  spread: ArrayLike<number>,
  scores: ArrayLike<number>,
  { side, window, heads, eps }: PointAttentionSizes,
): Float64Array {
  const inWindow = window * window;
  const states = 1 + 2 * inWindow;
  const across = side / window;
  const y = new Float64Array(across * across * heads * (3 + states));
  for (let w = 0; w < across * across; w++) {
    const tokens = [{ state: 0, p: [0, 0, 0] }];
    for (let n = 0; n < inWindow; n++) {
      const row = Math.floor(w / across) * window + Math.floor(n / window);
      const at = row * side + (w % across) * window + (n % window);
      tokens.push(
        valid[at]
          ? { state: 1 + n, p: [points[3 * at], points[3 * at + 1], points[3 * at + 2]] }
          : { state: 1 + inWindow + n, p: [0, 0, 0] },
      );
    }
    for (let h = 0; h < heads; h++) {
      const terms = tokens.map(({ state, p }) => {
        const [gram, cross] = [states, states + 1].map((row) => [0, 1, 2].map((i) => spread[4 * row + i]));
        let variance = spread[4 * state + 3];
        let score = scores[state * heads + h];
        for (let i = 0; i < 3; i++) {
          variance += p[i] * spread[4 * state + i] + p[i] * p[i] * gram[i];
          score += p[i] * scores[(states + i) * heads + h];
        }
        variance += p[0] * p[1] * cross[0] + p[0] * p[2] * cross[1] + p[1] * p[2] * cross[2];
        const scale = 1 / Math.sqrt(variance + eps);
        return { state, p, scale, logit: scale * score };
      });
      const maxLogit = Math.max(...terms.map((t) => t.logit));
      const sum = terms.reduce((total, t) => total + Math.exp(t.logit - maxLogit), 0);
      const at = (w * heads + h) * (3 + states);
      for (const { state, p, scale, logit } of terms) {
        const weight = (Math.exp(logit - maxLogit) / sum) * scale;
        for (let i = 0; i < 3; i++) y[at + i] += weight * p[i];
        y[at + 3 + state] = weight;
      }
    }
  }
  return y;
}
