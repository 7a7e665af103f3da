/** MCC's decoder for points, in plain float64 loops: from coordinates to the features after the last norm. */
import { queryAttentionRef } from '../attention/attention.ref.ts';
import { layerNormRef } from '../layerNorm/layerNorm.ref.ts';
import { geluRef } from '../shared/activations.ref.ts';
import type { DecoderWeights } from './pack.ts';
import type { SweepDecoderOptions } from './sweepDecoder.ts';

/** points [Q, 3] · seen [depth, M, 3 C] -> [Q, C]. */
export function sweepDecoderRef(
  points: ArrayLike<number>,
  seen: ArrayLike<number>,
  weights: DecoderWeights,
  { heads, eps, shrinkThreshold }: SweepDecoderOptions,
): Float64Array {
  const C = weights.norm[0].length;
  const M = seen.length / weights.blocks.length / (3 * C);
  const norm = (x: ArrayLike<number>, [gamma, beta]: readonly [Float32Array, Float32Array]) =>
    layerNormRef(x, gamma, beta, C, eps);
  let x = linear(shrunk(points, shrinkThreshold), weights.point);
  weights.blocks.forEach((block, i) => {
    const part = (from: number) =>
      Float64Array.from({ length: M * C }, (_, j) => seen[(i * M + Math.floor(j / C)) * 3 * C + from + (j % C)]);
    const qkv = linear(norm(x, block.norm1), block.qkv);
    x = sum(x, linear(queryAttentionRef(qkv, part(C), part(2 * C), C, heads), block.proj));
    x = sum(x, linear(linear(norm(x, block.norm2), block.fc1).map(geluRef), block.fc2));
  });
  return norm(x, weights.norm);
}

const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v + b[i]);

/** x [n, K], w [N, K], b [N] -> [n, N]. */
function linear(x: ArrayLike<number>, [w, b]: readonly [Float32Array, Float32Array]): Float64Array {
  const N = b.length;
  const K = w.length / N;
  const y = new Float64Array((x.length / K) * N);
  for (let i = 0; i < y.length; i++) {
    const [row, column] = [Math.floor(i / N), i % N];
    let total = b[column];
    for (let k = 0; k < K; k++) total += x[row * K + k] * w[column * K + k];
    y[i] = total;
  }
  return y;
}

function shrunk(points: ArrayLike<number>, limit: number): Float64Array {
  const y = Float64Array.from(points);
  for (let i = 0; i < y.length; i += 3) {
    const r = Math.hypot(y[i], y[i + 1], y[i + 2]);
    if (r > limit) for (let axis = 0; axis < 3; axis++) y[i + axis] *= (limit * (2 - limit / r)) / r;
  }
  return y;
}
