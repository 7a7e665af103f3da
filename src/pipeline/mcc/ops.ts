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

/** Weights of the point embedding. */
export interface PointEmbedding {
  /** [E, 3] */
  readonly w: Tensor;
  /** [E] */
  readonly b: Tensor;
  /** Embedding of an invalid point, [E]. */
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
 * MCC's decoder for query points in one dispatch, from coordinates to the features after the last norm.
 * points [Q, 3] · seen [depth, M, 3C], queries, keys and values of the seen tokens · weights, packed by `packDecoder`
 * -> [Q, C].
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
 * Attention of MCC's decoder: each query attends to all seen tokens and to itself, but to no other query.
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

/** A grid by its axes. */
export interface GridAxes {
  /** Points along x, y, z. */
  readonly counts: readonly [number, number, number];
  /** Coordinates along x, then y, then z. */
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
 * Points start .. start + count - 1 of a grid -> [count, 3]. x is the slowest axis, z the fastest. Beyond the end of
 * the grid, its last point is repeated.
 * @param start a number, or a tensor u32 [1], so that it can change from run to run
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

/** Tables of `pointAttention`, made by pointFold.ts. */
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
 * Attention of the class token over windows of points, computed from coordinates.
 * points [1, S, S, 3], valid u32 [1, S, S]
 * -> [windows, heads, 3 + states]. kernels/pointAttention defines the tables and the result.
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

/**
 * logits [n, 768 or more] -> colors [n, 3] in 0..1. The last 768 columns are the logits of 256 levels of R, then G,
 * then B.
 */
export const temperatureColor = (logits: Tensor, temperature: number): Tensor =>
  temperatureColorOp.record({ logits }, { temperature });
