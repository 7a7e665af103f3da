/**
 * Ops on points and flags. A point map is points f32 [..., 3] with flags u32 [...], 1 where a point is valid, else 0.
 */
import { compact as compactKernel } from '../../kernels/compact/compact.ts';
import { gatherRows as gatherRowsKernel } from '../../kernels/gatherRows/gatherRows.ts';
import { maskBounds as maskBoundsKernel } from '../../kernels/maskBounds/maskBounds.ts';
import { maskedStats as maskedStatsKernel } from '../../kernels/maskedStats/maskedStats.ts';
import { normalizePoints as normalizePointsKernel } from '../../kernels/normalizePoints/normalizePoints.ts';
import { pointMap as pointMapKernel } from '../../kernels/pointMap/pointMap.ts';
import { renderPoints as renderPointsKernel } from '../../kernels/renderPoints/renderPoints.ts';
import { seenColors as seenColorsKernel } from '../../kernels/seenColors/seenColors.ts';
import { seenMap as seenMapKernel } from '../../kernels/seenMap/seenMap.ts';
import type { PointSource as Source } from '../../kernels/shared/pointSource.ts';
import type { PictureSize, View } from '../../kernels/shared/view.ts';
import { threshold as thresholdKernel } from '../../kernels/threshold/threshold.ts';
import { ShapeError } from '../errors.ts';
import { defineOp, type NoAttributes } from '../op.ts';
import type { Tensor } from '../tensor.ts';

export interface PointMap {
  /** [..., 3] f32. */
  readonly points: Tensor;
  /** [...] u32, 1 where valid, else 0. */
  readonly valid: Tensor;
}

/**
 * The source of a photo's points: depth [H, W] in meters, mask u32 [H, W] and intrinsics [4] (fx, fy, cx, cy in
 * pixels); or points [H, W, 3] and a mask. Points are in the camera's frame: x right, y down, z forward.
 */
export type PointSource = Source<Tensor>;

const thresholdOp = defineOp<{ readonly x: Tensor }, { readonly limit: number }>({
  name: 'threshold',
  lower: (_, { x }, { limit }) => [thresholdKernel(x, limit)],
});

/** 1 where x > limit (strictly), else 0: x [...] f32 -> u32 like x. */
export const threshold = (x: Tensor, limit: number): Tensor => thresholdOp.record({ x }, { limit });

/**
 * 1 where sigmoid(logits) > probability, else 0. Logits are compared, because probabilities near 0 and 1 lose
 * precision.
 * @throws ShapeError unless 0 < probability < 1
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
 * The points of all pixels. A point is valid if its pixel is inside the mask and its depth is finite and positive (from
 * depth), or its coordinates are finite (from points).
 */
export const pointMap = (source: PointSource): PointMap => pointMapOp.record(source, {});

const maskedStatsOp = defineOp<PointSource>({
  name: 'maskedStats',
  lower: (_, source) => maskedStatsKernel(source),
});

/**
 * Statistics of the valid points -> [8]: mean x, y, z · count · standard deviation x, y, z (unbiased) · mean of the
 * three deviations.
 */
export const maskedStats = (source: PointSource): Tensor => maskedStatsOp.record(source, {});

type SeenMapInputs = PointSource & { readonly stats: Tensor; readonly taps: Tensor; readonly box: Tensor };

const seenMapOp = defineOp<SeenMapInputs, NoAttributes, PointMap>(
  { name: 'seenMap', lower: (_, inputs) => [seenMapKernel(inputs, inputs.stats, inputs.taps, inputs.box)] },
  ([points, valid]) => ({ points, valid }),
);

/**
 * The points of the square around the object, normalized with the result of `maskedStats` and resized.
 * taps [size, 4] u32: bilinear taps of the square's side · box [4] u32: top, left, height, width of the crop
 * -> points [1, size, size, 3], (-100, -100, -100) where not valid · valid [1, size, size].
 */
export const seenMap = (source: PointSource, stats: Tensor, taps: Tensor, box: Tensor): PointMap =>
  seenMapOp.record({ ...source, stats, taps, box }, {});

const seenColorsOp = defineOp<{ readonly photo: Tensor; readonly taps: Tensor; readonly box: Tensor }>({
  name: 'seenColors',
  lower: (_, { photo, taps, box }) => [seenColorsKernel(photo, taps, box)],
});

/**
 * The colors of the square that `seenMap` takes: photo u32 [H, W] -> [1, size, size, 3] in 0..1, black beyond the crop.
 */
export const seenColors = (photo: Tensor, taps: Tensor, box: Tensor): Tensor =>
  seenColorsOp.record({ photo, taps, box }, {});

const normalizePointsOp = defineOp<{ readonly points: Tensor; readonly valid: Tensor; readonly stats: Tensor }>({
  name: 'normalizePoints',
  lower: (_, { points, valid, stats }) => [normalizePointsKernel(points, valid, stats)],
});

/** (x - mean) / scale -> like points. Mean and scale (the mean deviation) come from the result of `maskedStats`. */
export const normalizePoints = ({ points, valid }: PointMap, stats: Tensor): Tensor =>
  normalizePointsOp.record({ points, valid, stats }, {});

const maskBoundsOp = defineOp<{ readonly mask: Tensor }>({
  name: 'maskBounds',
  lower: (_, { mask }) => maskBoundsKernel(mask),
});

/**
 * Bounds of a mask u32 [H, W] -> u32 [5]: top, bottom + 1, left, right + 1, number of pixels. (H, 0, W, 0, 0) for an
 * empty mask.
 */
export const maskBounds = (mask: Tensor): Tensor => maskBoundsOp.record({ mask }, {});

type Compacted = { readonly indices: Tensor; readonly count: Tensor };

const compactOp = defineOp<{ readonly flags: Tensor }, NoAttributes, Compacted>(
  { name: 'compact', lower: (_, { flags }) => compactKernel(flags) },
  ([indices, count]) => ({ indices, count }),
);

/**
 * flags u32 [n] -> indices u32 [n] of the flags that are not 0, in order, padded with zeros · count u32 [1] of these
 * flags.
 */
export const compact = (flags: Tensor): Compacted => compactOp.record({ flags }, {});

const gatherRowsOp = defineOp<{ readonly x: Tensor; readonly indices: Tensor }>({
  name: 'gatherRows',
  lower: (_, { x, indices }) => [gatherRowsKernel(x, indices)],
});

/** y[m] = x[indices[m]]: x [rows, C] f32 or u32, indices [count] u32 -> [count, C] like x. */
export const gatherRows = (x: Tensor, indices: Tensor): Tensor => gatherRowsOp.record({ x, indices }, {});

type Picture = {
  readonly size: PictureSize;
  readonly radius: number;
  readonly views: readonly View[];
};

const renderPointsOp = defineOp<{ readonly points: Tensor; readonly colors: Tensor }, Picture>({
  name: 'renderPoints',
  lower: (_, { points, colors }, { size, radius, views }) => renderPointsKernel(points, colors, size, radius, views),
});

/**
 * Draws colored points: points [n, 3], colors u32 [n] (RGBA8 words) -> picture u32 [height, width] (RGBA8 words).
 * @param radius of a splat, in the unit of the points; about the distance between neighboring points closes the surface
 */
export const renderPoints = (
  points: Tensor,
  colors: Tensor,
  size: PictureSize,
  radius: number,
  views: readonly View[],
): Tensor => renderPointsOp.record({ points, colors }, { size, radius, views });
