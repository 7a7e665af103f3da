/** Ops that work on rows: normalization and softmax. */
import { layerNorm as layerNormKernel } from '../../kernels/layerNorm/layerNorm.ts';
import { softmax as softmaxKernel } from '../../kernels/softmax/softmax.ts';
import { constantOf } from '../constants.ts';
import type { Tensor } from '../tensor.ts';

/** LayerNorm over the last axis: x [..., C], gamma and beta [C] -> like x. */
export function layerNorm(x: Tensor, gamma: Tensor, beta: Tensor, eps: number): Tensor {
  return x.graph.record('layerNorm', { x, gamma, beta }, { eps }, (target, inputs) => {
    const [g, b] = [inputs.gamma as Tensor, inputs.beta as Tensor];
    const constant = constantOf(g) !== undefined && constantOf(b) !== undefined;
    return layerNormKernel(target, inputs.x as Tensor, g, b, eps, constant);
  })[0];
}

/**
 * exp(x / divisor) over the last axis, divided by its sum -> like x. Columns that must not count hold a large negative
 * number, not an infinity.
 */
export function softmax(x: Tensor, { divisor = 1 }: { divisor?: number } = {}): Tensor {
  return x.graph.record('softmax', { x }, { divisor }, (target, inputs) =>
    softmaxKernel(target, inputs.x as Tensor, divisor),
  )[0];
}
