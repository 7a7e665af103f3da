/** Rows of x [rows, C] in the order of `indices`; an index after the last row reads the last row. */
export function gatherRowsRef(x: ArrayLike<number>, C: number, indices: ArrayLike<number>): Float64Array {
  const y = new Float64Array(indices.length * C);
  const last = x.length / C - 1;
  for (let m = 0; m < indices.length; m++) {
    for (let c = 0; c < C; c++) y[m * C + c] = x[Math.min(indices[m], last) * C + c];
  }
  return y;
}
