/** Relative depth from the finest fused map. Released code, midas/dpt_depth.py. */
import { slice } from '../../graph/ops/movement.ts';
import { relu } from '../../graph/ops/pointwise.ts';
import { resize } from '../../graph/ops/resize.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { conv } from '../layers/index.ts';
import type { Band } from './bands.ts';

const PREFIX = 'core.core.scratch.output_conv';

/** Channels of the features. The relative depth and the metric head are computed from them. */
export const RELATIVE_FEATURES = 32;

/** The first layer of the head: finest path [B, H, W, C] -> [B, H, W, C / 2]. */
export const relativeStem = (path: Tensor): Tensor =>
  conv(`${PREFIX}.0`, path, path.shape[3] / 2, { kernel: 3, padding: 1 });

/**
 * The other layers of the head for one band of rows, at twice the size of the stem
 * -> features [B, rows, 2W, 32] and relative depth f32 [B, rows, 2W, 1]
 */
export function relativeBand(stem: Tensor, { from, to, low, high }: Band): { features: Tensor; relative: Tensor } {
  const size: [number, number] = [2 * stem.shape[1], 2 * stem.shape[2]];
  const enlarged = resize(stem, size, { mode: 'bilinear', alignCorners: true, rows: [low, high] });
  const rows = conv(`${PREFIX}.2`, enlarged, RELATIVE_FEATURES, { kernel: 3, padding: 1 });
  // The margin rows of a band are dropped, because their convolution read zeros in place of the neighboring band.
  const inner = low === from && high === to ? rows : slice(rows, 1, from - low, to - low);
  const features = relu(inner);
  return { features, relative: relu(conv(`${PREFIX}.4`, features, 1, { dtype: 'f32' })) };
}
