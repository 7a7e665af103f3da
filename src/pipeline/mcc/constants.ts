/** Constants of MCC: numbers, and tensors that are computed once from weights. */
import type { Recorder, Tensor } from '../../graph/tensor.ts';

/** Epsilon of every layer norm of MCC. */
export const EPS = 1e-6;

/** Side of the square of points that becomes one token. */
export const POINT_WINDOW = 8;

/** Rows [from, to) of a weight [1, N, C] or [N, C], as a tensor [to - from, C]. */
export function weightRows(graph: Recorder, name: string, shape: readonly number[], from: number, to: number): Tensor {
  const C = shape[shape.length - 1];
  const compute = (w: Float32Array): Float32Array => w.slice(from * C, to * C);
  return graph.constant({
    name: `rows of ${name}`,
    of: { from, to },
    needs: [{ name, shape }],
    shape: [to - from, C],
    compute,
  });
}

/**
 * A class token plus its position code, [C]. `table` [1, N, C] holds the position codes; the first row belongs to the
 * class token.
 */
export function classToken(graph: Recorder, token: string, table: string, N: number, C: number): Tensor {
  const needs = [
    { name: token, shape: [1, 1, C] },
    { name: table, shape: [1, N, C] },
  ];
  const compute = (t: Float32Array, rows: Float32Array): Float32Array => t.map((v, c) => v + rows[c]);
  return graph.constant({ name: `${token} + row 0 of ${table}`, needs, shape: [C], compute });
}
