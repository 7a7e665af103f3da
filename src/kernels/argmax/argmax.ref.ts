/** The first column that holds the greatest number of its row. x [rows, C] -> [rows]. */
export function argmaxRef(x: ArrayLike<number>, C: number): Uint32Array {
  const y = new Uint32Array(x.length / C);
  for (let row = 0; row < y.length; row++) {
    for (let c = 1; c < C; c++) if (x[row * C + c] > x[row * C + y[row]]) y[row] = c;
  }
  return y;
}
