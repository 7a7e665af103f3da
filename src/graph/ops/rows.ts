/** Ops over the last axis: normalization and softmax. */
import { layerNorm as layerNormKernel } from '../../kernels/layerNorm/layerNorm.ts';
import { softmax as softmaxKernel } from '../../kernels/softmax/softmax.ts';
import { constantOf } from '../constants.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

/** Exported for tests, which read the epsilon of nodes. */
export const layerNormOp = defineOp<
  { readonly x: Tensor; readonly gamma: Tensor; readonly beta: Tensor },
  { readonly eps: number }
>({
  name: 'layerNorm',
  lower(target, { x, gamma, beta }, { eps }) {
    const constant = constantOf(gamma) !== undefined && constantOf(beta) !== undefined;
    return layerNormKernel(target, x, gamma, beta, eps, constant);
  },
});

/** LayerNorm over the last axis: x [..., C], gamma and beta [C] -> like x. */
export const layerNorm = (x: Tensor, gamma: Tensor, beta: Tensor, eps: number): Tensor =>
  layerNormOp.record({ x, gamma, beta }, { eps });

const softmaxOp = defineOp<{ readonly x: Tensor }, { readonly divisor: number }>({
  name: 'softmax',
  lower: (target, { x }, { divisor }) => softmaxKernel(target, x, divisor),
});

/**
 * softmax(x / divisor) over the last axis -> like x. Columns that must not count hold a large negative number, not an
 * infinity.
 */
export const softmax = (x: Tensor, { divisor = 1 }: { divisor?: number } = {}): Tensor =>
  softmaxOp.record({ x }, { divisor });
