/**
 * The attention of the point block, folded. Of each window only the class token's result is used, and its query is the
 * same for all windows, a function of weights. So with y = norm1(tokens), per head:
 *   logits = scale (q . Wk y) = (scale Wk^T q) . y = U . y      U [heads, C] is a constant
 *   result = sum_i a_i (Wv y_i + bv) = Wv (sum_i a_i y_i) + bv
 * (q . bk adds the same to all logits, and the a_i sum to 1.) Keys and values of the 64 points are never computed.
 */
import { add } from '../../graph/ops/pointwise.ts';
import { linear as linearOp, matmul } from '../../graph/ops/matmul.ts';
import { permute } from '../../graph/ops/movement.ts';
import { softmax } from '../../graph/ops/rows.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linear } from '../layers/index.ts';
import { EPS } from './constants.ts';

/**
 * What attention gives to the first of each window's tokens.
 * @param name of the block
 * @param normed norm1 of the tokens, [windows, N, C]
 * @param classToken the first token of every window, before the norm: where its value comes from
 * @returns [windows, C], projected
 */
export function foldedAttention(
  name: string,
  normed: Tensor,
  classToken: { readonly token: string; readonly table: string; readonly rows: number },
  heads: number,
): Tensor {
  const { graph } = normed;
  const [windows, , C] = normed.shape;
  const d = C / heads;
  const qkv = { name: `${name}.attn.qkv.weight`, shape: [3 * C, C] };
  const qkvBias = { name: `${name}.attn.qkv.bias`, shape: [3 * C] };
  const needs = [
    { name: classToken.token, shape: [1, 1, C] },
    { name: classToken.table, shape: [1, classToken.rows, C] },
    { name: `${name}.norm1.weight`, shape: [C] },
    { name: `${name}.norm1.bias`, shape: [C] },
    qkv,
    qkvBias,
  ];
  const U = graph.constant(`${name}.attn folded keys`, [heads, C], needs, (token, table, gamma, beta, w, b) =>
    foldedKeys(
      token.map((v, c) => v + table[c]),
      gamma,
      beta,
      w,
      b,
      heads,
    ),
  );
  const wv = graph.constant(`${name}.attn values`, [heads, d, C], [qkv], (w) => w.slice(2 * C * C));
  const bv = graph.constant(`${name}.attn value bias`, [C], [qkvBias], (b) => b.slice(2 * C));

  const logits = linearOp(normed, U, null); // [windows, N, heads]
  const weights = softmax(permute(logits, [0, 2, 1])); // [windows, heads, N]
  const means = matmul(weights, normed); // [windows, heads, C]
  const values = matmul(permute(means, [1, 0, 2]), wv, { transposeB: true }); // [heads, windows, d]
  const joined = permute(values, [1, 0, 2]).reshape([windows, C]);
  return linear(`${name}.attn.proj`, add(joined, bv), C);
}

/** U [heads, C] = scale Wk^T q, with q from the class token. Sums in float64. */
export function foldedKeys(
  x: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  qkvWeight: Float32Array,
  qkvBias: Float32Array,
  heads: number,
): Float32Array {
  const C = x.length;
  const d = C / heads;
  const mean = x.reduce((sum, v) => sum + v, 0) / C;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / C;
  const factor = 1 / Math.sqrt(variance + EPS);
  const y = Float64Array.from(x, (v, c) => (v - mean) * factor * gamma[c] + beta[c]);
  const U = new Float64Array(heads * C);
  for (let row = 0; row < C; row++) {
    let q = qkvBias[row];
    for (let c = 0; c < C; c++) q += qkvWeight[row * C + c] * y[c];
    const key = (C + row) * C;
    const to = Math.floor(row / d) * C;
    for (let c = 0; c < C; c++) U[to + c] += (q / Math.sqrt(d)) * qkvWeight[key + c];
  }
  return Float32Array.from(U);
}
