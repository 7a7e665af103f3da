/** Ops that only MCC needs. */
import { gridPoints as gridPointsKernel } from '../../kernels/gridPoints/gridPoints.ts';
import { pointAttention as pointAttentionKernel } from '../../kernels/pointAttention/pointAttention.ts';
import { pointEmbed as pointEmbedKernel } from '../../kernels/pointEmbed/pointEmbed.ts';
import {
  sweepDecoder as sweepDecoderKernel,
  type SweepDecoderOptions,
} from '../../kernels/sweepDecoder/sweepDecoder.ts';
import type { Graph } from '../record.ts';
import { Tensor } from '../tensor.ts';

export interface PointEmbedding {
  /** [E, 3] */
  readonly w: Tensor;
  /** [E] */
  readonly b: Tensor;
  /** What an invalid point has in place of w p + b, [E]. */
  readonly missing: Tensor;
}

/** points [..., 3] · valid [...] u32 -> [..., E]: w p + b where valid, else `missing`. */
export const pointEmbed = (points: Tensor, valid: Tensor, embedding: PointEmbedding): Tensor =>
  points.graph.record('pointEmbed', { points, valid, ...embedding }, {}, (_, inputs) => {
    const at = (name: string) => inputs[name] as Tensor;
    return [
      pointEmbedKernel({ points: at('points'), valid: at('valid'), w: at('w'), b: at('b'), missing: at('missing') }),
    ];
  })[0];

/**
 * MCC's decoder for points of space, from coordinates to the features after the last norm, in one dispatch.
 * points [Q, 3] · seen [depth, M, 3C], queries, keys and values of the seen tokens · weights of `packDecoder` -> [Q, C].
 * @throws ShapeError if operands do not fit together; LimitError for heads or weights that are too large
 */
export const sweepDecoder = (points: Tensor, seen: Tensor, weights: Tensor, options: SweepDecoderOptions): Tensor =>
  points.graph.record('sweepDecoder', { points, seen, weights }, { ...options }, (target, inputs) => {
    const at = (name: string) => inputs[name] as Tensor;
    return sweepDecoderKernel(target, at('points'), at('seen'), at('weights'), options);
  })[0];

export interface GridAxes {
  /** Points along x, y, z. */
  readonly counts: readonly [number, number, number];
  /** Their coordinates, x first. */
  readonly axes: Float32Array;
}

/**
 * Points start .. start + count - 1 of a grid, x slowest and z fastest -> [count, 3]; beyond its end, its last point.
 * @param start a number, or a tensor u32 [1] that is given anew to every run
 */
export function gridPoints(graph: Graph, { counts, axes }: GridAxes, start: number | Tensor, count: number): Tensor {
  const first = (index: number): Tensor =>
    graph.constant({ name: 'index', of: index, shape: [1], dtype: 'u32', compute: () => Uint32Array.of(index) });
  const inputs = {
    axes: graph.constant({ name: 'grid axes', of: axes, shape: [axes.length], compute: () => axes }),
    start: start instanceof Tensor ? start : first(start),
  };
  return graph.record('gridPoints', inputs, { counts, count }, (_, given) => [
    gridPointsKernel(given.axes as Tensor, given.start as Tensor, counts, count),
  ])[0];
}

export interface PointTables {
  /** [states + 2, 4] */
  readonly spread: Tensor;
  /** [states + 3, heads] */
  readonly scores: Tensor;
}

/**
 * The class token's attention over windows of points, from coordinates alone: points [1, S, S, 3], valid u32 [1, S, S]
 * -> [windows, heads, 3 + states]. What the tables and the result are: kernels/pointAttention.
 */
export const pointAttention = (
  points: Tensor,
  valid: Tensor,
  tables: PointTables,
  { window, eps }: { readonly window: number; readonly eps: number },
): Tensor =>
  points.graph.record('pointAttention', { points, valid, ...tables }, { window, eps }, (_, inputs) => {
    const at = (name: string) => inputs[name] as Tensor;
    const operands = { points: at('points'), valid: at('valid'), spread: at('spread'), scores: at('scores') };
    return [pointAttentionKernel(operands, window, eps)];
  })[0];
