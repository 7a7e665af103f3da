/**
 * Tokens of points and box corners, in plain float64 loops.
 * xy [tokens, 2]; kinds [tokens]; matrix [2, half]; embeddings [kinds, 2 * half].
 */
export function promptTokensRef(
  xy: ArrayLike<number>,
  kinds: ArrayLike<number>,
  matrix: ArrayLike<number>,
  embeddings: ArrayLike<number>,
  { side, none }: { side: number; none: number },
): Float64Array {
  const half = matrix.length / 2;
  const y = new Float64Array(kinds.length * 2 * half);
  for (let token = 0; token < kinds.length; token++) {
    const u = (2 * (xy[2 * token] + 0.5)) / side - 1;
    const v = (2 * (xy[2 * token + 1] + 0.5)) / side - 1;
    for (let f = 0; f < half; f++) {
      const angle = 2 * Math.PI * (u * matrix[f] + v * matrix[half + f]);
      const place = kinds[token] === none ? [0, 0] : [Math.sin(angle), Math.cos(angle)];
      for (const [part, value] of place.entries()) {
        const channel = part * half + f;
        y[token * 2 * half + channel] = value + embeddings[kinds[token] * 2 * half + channel];
      }
    }
  }
  return y;
}
