/** Linear layer in plain float64 loops: y = residual + scale * activation(x w^T + b). x [rows, K]; w [N, K]; b, scale [N]. */
import { activationRef } from '../shared/activations.ref.ts';

export interface EpilogueRef {
  readonly bias?: ArrayLike<number>;
  readonly scale?: ArrayLike<number>;
  readonly residual?: ArrayLike<number>;
  readonly activation?: 'none' | 'gelu' | 'relu';
}

export function linearRef(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  N: number,
  K: number,
  { bias, scale, residual, activation = 'none' }: EpilogueRef = {},
): Float64Array {
  const rows = x.length / K;
  const y = new Float64Array(rows * N);
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += x[row * K + k] * w[n * K + k];
      const at = row * N + n;
      y[at] = (residual?.[at] ?? 0) + (scale?.[n] ?? 1) * activationRef(activation, sum + (bias?.[n] ?? 0));
    }
  }
  return y;
}
