/** Ops that only MCC needs. */
import { rangeOf, viewOf, type ColumnRange, type ColumnView } from '../../graph/ops/attention.ts';
import { defineOp } from '../../graph/op.ts';
import { Tensor, type Recorder } from '../../graph/tensor.ts';
import { queryAttention as queryAttentionKernel } from '../../kernels/attention/attention.ts';
import { expect, show } from '../../kernels/check.ts';
import { gridPoints as gridPointsKernel } from '../../kernels/gridPoints/gridPoints.ts';
import { pointAttention as pointAttentionKernel } from '../../kernels/pointAttention/pointAttention.ts';
import { pointEmbed as pointEmbedKernel } from '../../kernels/pointEmbed/pointEmbed.ts';
import {
  sweepDecoder as sweepDecoderKernel,
  type SweepDecoderOptions,
} from '../../kernels/sweepDecoder/sweepDecoder.ts';
import { shrinkPoints as shrinkPointsKernel } from '../../kernels/shrinkPoints/shrinkPoints.ts';
import { temperatureColor as temperatureColorKernel } from '../../kernels/temperatureColor/temperatureColor.ts';

export interface PointEmbedding {
  /** [E, 3] */
  readonly w: Tensor;
  /** [E] */
  readonly b: Tensor;
  /** What an invalid point has in place of w p + b, [E]. */
  readonly missing: Tensor;
}

const pointEmbedOp = defineOp<{
  readonly points: Tensor;
  readonly valid: Tensor;
  readonly w: Tensor;
  readonly b: Tensor;
  readonly missing: Tensor;
}>({
  name: 'pointEmbed',
  lower: (_, inputs) => [pointEmbedKernel(inputs)],
});

/** points [..., 3] · valid [...] u32 -> [..., E]: w p + b where valid, else `missing`. */
export const pointEmbed = (points: Tensor, valid: Tensor, { w, b, missing }: PointEmbedding): Tensor =>
  pointEmbedOp.record({ points, valid, w, b, missing }, {});

const sweepDecoderOp = defineOp<
  { readonly points: Tensor; readonly seen: Tensor; readonly weights: Tensor },
  SweepDecoderOptions
>({
  name: 'sweepDecoder',
  lower: (target, { points, seen, weights }, options) => sweepDecoderKernel(target, points, seen, weights, options),
});

/**
 * MCC's decoder for points of space, from coordinates to the features after the last norm, in one dispatch.
 * points [Q, 3] · seen [depth, M, 3C], queries, keys and values of the seen tokens · weights of `packDecoder` -> [Q, C].
 * @throws ShapeError if operands do not fit together; LimitError for heads or weights that are too large
 */
export const sweepDecoder = (points: Tensor, seen: Tensor, weights: Tensor, options: SweepDecoderOptions): Tensor =>
  sweepDecoderOp.record({ points, seen, weights }, options);

type QueryAttentionAttributes = {
  readonly heads: number;
  /** Columns of the inputs that hold keys and values. */
  readonly columns: { readonly seenK: ColumnRange; readonly seenV: ColumnRange };
};

const queryAttentionOp = defineOp<
  { readonly qkv: Tensor; readonly seenK: Tensor; readonly seenV: Tensor },
  QueryAttentionAttributes
>({
  name: 'queryAttention',
  lower: (target, { qkv, seenK, seenV }, { heads, columns }) =>
    queryAttentionKernel(target, qkv, { of: seenK, ...columns.seenK }, { of: seenV, ...columns.seenV }, heads),
});

/**
 * MCC's decoder: each query attends to all seen tokens and to itself, to no other query.
 * qkv [Q, 3C] · seenK, seenV [1, M, C], or columns of wider tensors -> [Q, C].
 * @throws ShapeError if operands do not fit together
 */
export function queryAttention(
  qkv: Tensor,
  seenK: Tensor | ColumnView,
  seenV: Tensor | ColumnView,
  { heads }: { readonly heads: number },
): Tensor {
  expect(qkv.shape.length === 2, 'queryAttention', `qkv is ${show(qkv.shape)}, expected [Q, 3C].`);
  const views = { seenK: viewOf(seenK), seenV: viewOf(seenV) };
  const y = queryAttentionOp.record(
    { qkv: qkv.reshape([1, ...qkv.shape]), seenK: views.seenK.tensor, seenV: views.seenV.tensor },
    { heads, columns: { seenK: rangeOf(views.seenK), seenV: rangeOf(views.seenV) } },
  );
  return y.reshape([qkv.shape[0], y.shape[2]]);
}

export interface GridAxes {
  /** Points along x, y, z. */
  readonly counts: readonly [number, number, number];
  /** Their coordinates, x first. */
  readonly axes: Float32Array;
}

const gridPointsOp = defineOp<
  { readonly axes: Tensor; readonly start: Tensor },
  { readonly counts: readonly [number, number, number]; readonly count: number }
>({
  name: 'gridPoints',
  lower: (_, { axes, start }, { counts, count }) => [gridPointsKernel(axes, start, counts, count)],
});

/**
 * Points start .. start + count - 1 of a grid, x slowest and z fastest -> [count, 3]; beyond its end, its last point.
 * @param start a number, or a tensor u32 [1] that is given anew to every run
 */
export function gridPoints(graph: Recorder, { counts, axes }: GridAxes, start: number | Tensor, count: number): Tensor {
  const first = (index: number): Tensor =>
    graph.constant({ name: 'index', of: index, shape: [1], dtype: 'u32', compute: () => Uint32Array.of(index) });
  const inputs = {
    axes: graph.constant({ name: 'grid axes', of: axes, shape: [axes.length], compute: () => axes }),
    start: start instanceof Tensor ? start : first(start),
  };
  return gridPointsOp.record(inputs, { counts, count });
}

export interface PointTables {
  /** [states + 2, 4] */
  readonly spread: Tensor;
  /** [states + 3, heads] */
  readonly scores: Tensor;
}

const pointAttentionOp = defineOp<
  { readonly points: Tensor; readonly valid: Tensor; readonly spread: Tensor; readonly scores: Tensor },
  { readonly window: number; readonly eps: number }
>({
  name: 'pointAttention',
  lower: (_, inputs, { window, eps }) => [pointAttentionKernel(inputs, window, eps)],
});

/**
 * The class token's attention over windows of points, from coordinates alone: points [1, S, S, 3], valid u32 [1, S, S]
 * -> [windows, heads, 3 + states]. What the tables and the result are: kernels/pointAttention.
 */
export const pointAttention = (
  points: Tensor,
  valid: Tensor,
  { spread, scores }: PointTables,
  { window, eps }: { readonly window: number; readonly eps: number },
): Tensor => pointAttentionOp.record({ points, valid, spread, scores }, { window, eps });

const shrinkPointsOp = defineOp<{ readonly xyz: Tensor }, { readonly limit: number }>({
  name: 'shrinkPoints',
  lower: (_, { xyz }, { limit }) => [shrinkPointsKernel(xyz, limit)],
});

/** Points farther than `limit` from the origin move to limit * (2 - limit / r): xyz [..., 3] -> like xyz. */
export const shrinkPoints = (xyz: Tensor, limit: number): Tensor => shrinkPointsOp.record({ xyz }, { limit });

const temperatureColorOp = defineOp<{ readonly logits: Tensor }, { readonly temperature: number }>({
  name: 'temperatureColor',
  lower: (_, { logits }, { temperature }) => [temperatureColorKernel(logits, temperature)],
});

/** logits [n, 768 or more], whose last 768 are 256 levels of R, of G, of B -> colors [n, 3] in 0..1. */
export const temperatureColor = (logits: Tensor, temperature: number): Tensor =>
  temperatureColorOp.record({ logits }, { temperature });
