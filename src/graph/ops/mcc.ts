/** Ops that only MCC needs. */
import { pointEmbed as pointEmbedKernel } from '../../kernels/pointEmbed/pointEmbed.ts';
import {
  sweepDecoder as sweepDecoderKernel,
  type SweepDecoderOptions,
} from '../../kernels/sweepDecoder/sweepDecoder.ts';
import type { Tensor } from '../tensor.ts';

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
