/** Running sums of the rows of x [rows, C], in float64. */
export function cumsumRowsRef(x: ArrayLike<number>, C: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = (i % C ? y[i - 1] : 0) + x[i];
  return y;
}
