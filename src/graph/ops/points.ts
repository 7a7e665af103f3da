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
import { threshold as thresholdKernel } from '../../kernels/threshold/threshold.ts';
import { ShapeError } from '../errors.ts';
import { defineOp, type NoAttributes } from '../op.ts';
import type { Tensor } from '../tensor.ts';

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

const thresholdOp = defineOp<{ readonly x: Tensor }, { readonly limit: number }>({
  name: 'threshold',
  lower: (_, { x }, { limit }) => [thresholdKernel(x, limit)],
});

/** 1 where x > limit (strictly), else 0: x [...] f32 -> u32 like x. */
export const threshold = (x: Tensor, limit: number): Tensor => thresholdOp.record({ x }, { limit });

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

const pointMapOp = defineOp<PointSource, NoAttributes, PointMap>(
  { name: 'pointMap', lower: (_, source) => [pointMapKernel(source)] },
  ([points, valid]) => ({ points, valid }),
);

/**
 * The points of all pixels. Valid are those inside the mask whose depth is finite and positive, or whose coordinates are
 * finite.
 */
export const pointMap = (source: PointSource): PointMap => pointMapOp.record(source, {});

const maskedStatsOp = defineOp<PointSource>({
  name: 'maskedStats',
  lower: (_, source) => maskedStatsKernel(source),
});

/**
 * Over the valid points -> [8]: mean x, y, z · count · standard deviation x, y, z (unbiased) · mean of the three
 * deviations.
 */
export const maskedStats = (source: PointSource): Tensor => maskedStatsOp.record(source, {});

type SeenMapInputs = PointSource & { readonly stats: Tensor; readonly taps: Tensor; readonly box: Tensor };

const seenMapOp = defineOp<SeenMapInputs, NoAttributes, PointMap>(
  { name: 'seenMap', lower: (_, inputs) => [seenMapKernel(inputs, inputs.stats, inputs.taps, inputs.box)] },
  ([points, valid]) => ({ points, valid }),
);

/**
 * The points of the square around the object, normalized with the numbers of `maskedStats` and resized.
 * taps [size, 4] u32: bilinear taps of the square's side · box [4] u32: top, left, height, width of the crop
 * -> points [1, size, size, 3], (-100, -100, -100) where not valid · valid [1, size, size].
 */
export const seenMap = (source: PointSource, stats: Tensor, taps: Tensor, box: Tensor): PointMap =>
  seenMapOp.record({ ...source, stats, taps, box }, {});

const seenColorsOp = defineOp<{ readonly photo: Tensor; readonly taps: Tensor; readonly box: Tensor }>({
  name: 'seenColors',
  lower: (_, { photo, taps, box }) => [seenColorsKernel(photo, taps, box)],
});

/** The colors of the same square: photo [H, W] u32 words -> [1, size, size, 3] in 0..1, black beyond the crop. */
export const seenColors = (photo: Tensor, taps: Tensor, box: Tensor): Tensor =>
  seenColorsOp.record({ photo, taps, box }, {});

const normalizePointsOp = defineOp<{ readonly points: Tensor; readonly valid: Tensor; readonly stats: Tensor }>({
  name: 'normalizePoints',
  lower: (_, { points, valid, stats }) => [normalizePointsKernel(points, valid, stats)],
});

/** (x - mean) / scale with the numbers of `maskedStats`, scale being the mean deviation -> like points. */
export const normalizePoints = ({ points, valid }: PointMap, stats: Tensor): Tensor =>
  normalizePointsOp.record({ points, valid, stats }, {});

const maskBoundsOp = defineOp<{ readonly mask: Tensor }>({
  name: 'maskBounds',
  lower: (_, { mask }) => maskBoundsKernel(mask),
});

/** mask [H, W] u32 -> [5] u32: top, bottom + 1, left, right + 1, number of pixels; (H, 0, W, 0, 0) when it is empty. */
export const maskBounds = (mask: Tensor): Tensor => maskBoundsOp.record({ mask }, {});

type Compacted = { readonly indices: Tensor; readonly count: Tensor };

const compactOp = defineOp<{ readonly flags: Tensor }, NoAttributes, Compacted>(
  { name: 'compact', lower: (_, { flags }) => compactKernel(flags) },
  ([indices, count]) => ({ indices, count }),
);

/** flags [n] u32 -> indices [n] u32 of those that are not 0, in order, then zeros · count [1] u32. */
export const compact = (flags: Tensor): Compacted => compactOp.record({ flags }, {});

const gatherRowsOp = defineOp<{ readonly x: Tensor; readonly indices: Tensor }>({
  name: 'gatherRows',
  lower: (_, { x, indices }) => [gatherRowsKernel(x, indices)],
});

/** y[m] = x[indices[m]]: x [rows, C], indices [count] u32 -> [count, C]. */
export const gatherRows = (x: Tensor, indices: Tensor): Tensor => gatherRowsOp.record({ x, indices }, {});

type Picture = {
  readonly size: { readonly width: number; readonly height: number };
  readonly radius: number;
  readonly views: readonly View[];
};

const renderPointsOp = defineOp<{ readonly points: Tensor; readonly colors: Tensor }, Picture>({
  name: 'renderPoints',
  lower: (_, { points, colors }, { size, radius, views }) => renderPointsKernel(points, colors, size, radius, views),
});

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
): Tensor => renderPointsOp.record({ points, colors }, { size, radius, views });
