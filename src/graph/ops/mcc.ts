/** Ops that only MCC needs. */
import { pointEmbed as pointEmbedKernel } from '../../kernels/pointEmbed/pointEmbed.ts';
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
