/** Ops on points and flags. A map of points is [..., 3] f32 with its validity beside it, [...] u32 0 or 1. */
import { compact as compactKernel } from '../../kernels/compact/compact.ts';
import { gatherRows as gatherRowsKernel } from '../../kernels/gatherRows/gatherRows.ts';
import { maskBounds as maskBoundsKernel } from '../../kernels/maskBounds/maskBounds.ts';
import { maskedStats as maskedStatsKernel } from '../../kernels/maskedStats/maskedStats.ts';
import { normalizePoints as normalizePointsKernel } from '../../kernels/normalizePoints/normalizePoints.ts';
import { pointMap as pointMapKernel } from '../../kernels/pointMap/pointMap.ts';
import { renderPoints as renderPointsKernel, type View } from '../../kernels/renderPoints/renderPoints.ts';
import { seenColors as seenColorsKernel } from '../../kernels/seenColors/seenColors.ts';
import { seenMap as seenMapKernel } from '../../kernels/seenMap/seenMap.ts';
import type { PointSource as Source } from '../../kernels/shared/pointSource.ts';
import { shrinkPoints as shrinkPointsKernel } from '../../kernels/shrinkPoints/shrinkPoints.ts';
import { temperatureColor as temperatureColorKernel } from '../../kernels/temperatureColor/temperatureColor.ts';
import { threshold as thresholdKernel } from '../../kernels/threshold/threshold.ts';
import type { Step } from '../../kernels/dispatch.ts';
import { ShapeError } from '../errors.ts';
import type { Inputs } from '../record.ts';
import type { Tensor } from '../tensor.ts';

const at = (inputs: Inputs, name: string): Tensor => inputs[name] as Tensor;

export interface PointMap {
  /** [..., 3] f32. */
  readonly points: Tensor;
  /** [...] u32, 0 or 1. */
  readonly valid: Tensor;
}

/**
 * Where the points of a photo come from: depth [H, W] (meters), mask [H, W] u32 and intrinsics [4] (fx, fy, cx, cy in
 * pixels), or a map of points [H, W, 3] and a mask. Points are in the camera's frame: x right, y down, z forward.
 */
export type PointSource = Source<Tensor>;

/** 1 where x > limit (strictly), else 0: x [...] f32 -> u32 like x. */
export const threshold = (x: Tensor, limit: number): Tensor =>
  x.graph.record('threshold', { x }, { limit }, (_, inputs) => [thresholdKernel(at(inputs, 'x'), limit)])[0];

/**
 * 1 where sigmoid(logits) > probability, else 0: compared as logits, which rounding cannot blur near 0 and 1.
 * @throws ShapeError if probability is not inside 0..1
 */
export function probabilityThreshold(logits: Tensor, probability: number): Tensor {
  if (!(probability > 0 && probability < 1)) {
    throw new ShapeError(`probabilityThreshold: ${probability} is not between 0 and 1. Give a number such as 0.1.`);
  }
  return threshold(logits, Math.log(probability / (1 - probability)));
}

/** Records an op on a point source: its parts are the node's operands. */
const recordOn = (
  op: string,
  source: PointSource,
  others: Inputs,
  kernel: (source: PointSource, inputs: Inputs) => readonly Step[],
): Tensor[] =>
  source.mask.graph.record(op, { ...source, ...others }, {}, (_, inputs) =>
    kernel(inputs as unknown as PointSource, inputs),
  );

/**
 * The points of all pixels. Valid are those inside the mask whose depth is finite and positive, or whose coordinates are
 * finite.
 */
export function pointMap(source: PointSource): PointMap {
  const [points, valid] = recordOn('pointMap', source, {}, (parts) => [pointMapKernel(parts)]);
  return { points, valid };
}

/**
 * Over the valid points -> [8]: mean x, y, z · count · standard deviation x, y, z (unbiased) · mean of the three
 * deviations.
 */
export const maskedStats = (source: PointSource): Tensor =>
  recordOn('maskedStats', source, {}, (parts) => maskedStatsKernel(parts))[0];

/**
 * The points of the square around the object, normalized with the numbers of `maskedStats` and resized.
 * taps [size, 4] u32: bilinear taps of the square's side · box [4] u32: top, left, height, width of the crop
 * -> points [1, size, size, 3], (-100, -100, -100) where not valid · valid [1, size, size].
 */
export function seenMap(source: PointSource, stats: Tensor, taps: Tensor, box: Tensor): PointMap {
  const [points, valid] = recordOn('seenMap', source, { stats, taps, box }, (parts, inputs) => [
    seenMapKernel(parts, at(inputs, 'stats'), at(inputs, 'taps'), at(inputs, 'box')),
  ]);
  return { points, valid };
}

/** The colors of the same square: photo [H, W] u32 words -> [1, size, size, 3] in 0..1, black beyond the crop. */
export const seenColors = (photo: Tensor, taps: Tensor, box: Tensor): Tensor =>
  photo.graph.record('seenColors', { photo, taps, box }, {}, (_, inputs) => [
    seenColorsKernel(at(inputs, 'photo'), at(inputs, 'taps'), at(inputs, 'box')),
  ])[0];

/** (x - mean) / scale with the numbers of `maskedStats`, scale being the mean deviation -> like points. */
export const normalizePoints = ({ points, valid }: PointMap, stats: Tensor): Tensor =>
  points.graph.record('normalizePoints', { points, valid, stats }, {}, (_, inputs) => [
    normalizePointsKernel(at(inputs, 'points'), at(inputs, 'valid'), at(inputs, 'stats')),
  ])[0];

/** mask [H, W] u32 -> [5] u32: top, bottom + 1, left, right + 1, number of pixels; (H, 0, W, 0, 0) when it is empty. */
export const maskBounds = (mask: Tensor): Tensor =>
  mask.graph.record('maskBounds', { mask }, {}, (_, inputs) => maskBoundsKernel(at(inputs, 'mask')))[0];

/** flags [n] u32 -> indices [n] u32 of those that are not 0, in order, then zeros · count [1] u32. */
export function compact(flags: Tensor): { indices: Tensor; count: Tensor } {
  const [indices, count] = flags.graph.record('compact', { flags }, {}, (_, inputs) =>
    compactKernel(at(inputs, 'flags')),
  );
  return { indices, count };
}

/** y[m] = x[indices[m]]: x [rows, C], indices [count] u32 -> [count, C]. */
export const gatherRows = (x: Tensor, indices: Tensor): Tensor =>
  x.graph.record('gatherRows', { x, indices }, {}, (_, inputs) => [
    gatherRowsKernel(at(inputs, 'x'), at(inputs, 'indices')),
  ])[0];

/** Points farther than `limit` from the origin move to limit * (2 - limit / r): xyz [..., 3] -> like xyz. */
export const shrinkPoints = (xyz: Tensor, limit: number): Tensor =>
  xyz.graph.record('shrinkPoints', { xyz }, { limit }, (_, inputs) => [
    shrinkPointsKernel(at(inputs, 'xyz'), limit),
  ])[0];

/** logits [n, 768 or more], whose last 768 are 256 levels of R, of G, of B -> colors [n, 3] in 0..1. */
export const temperatureColor = (logits: Tensor, temperature: number): Tensor =>
  logits.graph.record('temperatureColor', { logits }, { temperature }, (_, inputs) => [
    temperatureColorKernel(at(inputs, 'logits'), temperature),
  ])[0];

/**
 * A picture of colored points: points [n, 3], colors [n] u32 (RGBA8 words) -> [height, width] u32, RGBA8 words.
 * @param radius of a splat, in the points' unit; a little less than the distance of neighbors closes the surface
 */
export const renderPoints = (
  points: Tensor,
  colors: Tensor,
  size: { readonly width: number; readonly height: number },
  radius: number,
  views: readonly View[],
): Tensor =>
  points.graph.record('renderPoints', { points, colors }, {}, (_, inputs) =>
    renderPointsKernel(at(inputs, 'points'), at(inputs, 'colors'), size, radius, views),
  )[0];
