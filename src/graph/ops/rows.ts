/** Ops that work on rows: normalisation and softmax. */
import { layerNorm as layerNormKernel } from '../../kernels/layerNorm/layerNorm.ts';
import type { Tensor } from '../tensor.ts';

/** LayerNorm over the last axis: x [..., C], gamma and beta [C] -> like x. */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, eps: number): Tensor {
  return x.graph.record('layerNorm', { x, gamma, beta }, { eps }, () => [layerNormKernel(x, gamma, beta, eps)])[0];
}
