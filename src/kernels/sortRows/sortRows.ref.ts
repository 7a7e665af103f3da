/** Rows of x [rows, C] in ascending order. */
export function sortRowsRef(x: ArrayLike<number>, C: number): Float64Array {
  const y = Float64Array.from(x);
  for (let start = 0; start < y.length; start += C) y.subarray(start, start + C).sort();
  return y;
}
