/** Sum, mean or maximum of each row, in float64. x [rows, C] -> [rows]. */
import type { ReduceKind } from './reduce.ts';

export function reduceRef(kind: ReduceKind, x: ArrayLike<number>, C: number): Float64Array {
  const y = new Float64Array(x.length / C);
  for (let row = 0; row < y.length; row++) {
    let sum = 0;
    let rowMax = -Infinity;
    for (let c = 0; c < C; c++) {
      sum += x[row * C + c];
      rowMax = Math.max(rowMax, x[row * C + c]);
    }
    y[row] = kind === 'max' ? rowMax : kind === 'mean' ? sum / C : sum;
  }
  return y;
}
