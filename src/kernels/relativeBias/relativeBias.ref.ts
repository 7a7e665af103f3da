/** The biases [heads, 1 + hw, 1 + hw] that a table [(2h - 1)(2w - 1) + 3, heads] stands for. */
export function relativeBiasRef(
  table: ArrayLike<number>,
  [h, w]: readonly [number, number],
  heads: number,
): Float64Array {
  const N = 1 + h * w;
  const area = (2 * h - 1) * (2 * w - 1);
  const y = new Float64Array(heads * N * N);
  for (let q = 0; q < N; q++) {
    for (let k = 0; k < N; k++) {
      const [yq, xq, yk, xk] = [q - 1, k - 1].flatMap((i) => [Math.floor(i / w), i % w]);
      const patches = (yq - yk + h - 1) * (2 * w - 1) + (xq - xk + w - 1);
      const entry = q && k ? patches : area + (q ? 1 : k ? 0 : 2);
      for (let head = 0; head < heads; head++) y[(head * N + q) * N + k] = table[entry * heads + head];
    }
  }
  return y;
}
