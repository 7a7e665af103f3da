/** Ops on points and flags. A map of points is [..., 3] f32 with its validity beside it, [...] u32 0 or 1. */
import { compact as compactKernel } from '../../kernels/compact/compact.ts';
import { gatherRows as gatherRowsKernel } from '../../kernels/gatherRows/gatherRows.ts';
import { maskBounds as maskBoundsKernel } from '../../kernels/maskBounds/maskBounds.ts';
import { maskedStats as maskedStatsKernel } from '../../kernels/maskedStats/maskedStats.ts';
import { maskPoints as maskPointsKernel } from '../../kernels/maskPoints/maskPoints.ts';
import { normalisePoints as normalisePointsKernel } from '../../kernels/normalisePoints/normalisePoints.ts';
import { shrinkPoints as shrinkPointsKernel } from '../../kernels/shrinkPoints/shrinkPoints.ts';
import { temperatureColor as temperatureColorKernel } from '../../kernels/temperatureColor/temperatureColor.ts';
import { threshold as thresholdKernel } from '../../kernels/threshold/threshold.ts';
import { unproject as unprojectKernel } from '../../kernels/unproject/unproject.ts';
import { ShapeError } from '../errors.ts';
import type { Inputs } from '../record.ts';
import type { Tensor } from '../tensor.ts';

const at = (inputs: Inputs, name: string): Tensor => inputs[name] as Tensor;

export interface PointMap {
  /** [..., 3] f32; (0, 0, 0) where not valid. */
  readonly points: Tensor;
  /** [...] u32, 0 or 1. */
  readonly valid: Tensor;
}

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

/**
 * depth [H, W] metres, mask [H, W] u32, intrinsics [4] = fx, fy, cx, cy in pixels -> points [H, W, 3] in the camera's
 * frame, metres; valid inside the mask where the depth is finite and positive.
 */
export function unproject(depth: Tensor, mask: Tensor, intrinsics: Tensor): PointMap {
  const [points, valid] = depth.graph.record('unproject', { depth, mask, intrinsics }, {}, (_, inputs) => [
    unprojectKernel(at(inputs, 'depth'), at(inputs, 'mask'), at(inputs, 'intrinsics')),
  ]);
  return { points, valid };
}

/** points [..., 3], given and mask [...] u32 -> the points that are given, inside the mask and finite. */
export function maskPoints(given: PointMap, mask: Tensor): PointMap {
  const [points, valid] = mask.graph.record(
    'maskPoints',
    { points: given.points, given: given.valid, mask },
    {},
    (_, inputs) => [maskPointsKernel(at(inputs, 'points'), at(inputs, 'given'), at(inputs, 'mask'))],
  );
  return { points, valid };
}

/**
 * Over the valid points -> [8]: mean x, y, z · count · standard deviation x, y, z (unbiased) · mean of the three
 * deviations.
 */
export const maskedStats = ({ points, valid }: PointMap): Tensor =>
  points.graph.record('maskedStats', { points, valid }, {}, (_, inputs) =>
    maskedStatsKernel(at(inputs, 'points'), at(inputs, 'valid')),
  )[0];

/** (x - mean) / scale with the numbers of `maskedStats`, scale being the mean deviation -> like points. */
export const normalisePoints = ({ points, valid }: PointMap, stats: Tensor): Tensor =>
  points.graph.record('normalisePoints', { points, valid, stats }, {}, (_, inputs) => [
    normalisePointsKernel(at(inputs, 'points'), at(inputs, 'valid'), at(inputs, 'stats')),
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

/** logits [n, 768 or more], whose last 768 are 256 levels of R, of G, of B -> colours [n, 3] in 0..1. */
export const temperatureColor = (logits: Tensor, temperature: number): Tensor =>
  logits.graph.record('temperatureColor', { logits }, { temperature }, (_, inputs) => [
    temperatureColorKernel(at(inputs, 'logits'), temperature),
  ])[0];
