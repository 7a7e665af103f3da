/** Batch normalization with stored statistics. Batch Normalization, arXiv:1502.03167, section 3.1. */
import { expectDtype, expectFloats, expectShape, lastDim, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import batchNormWgsl from './batchNorm.wgsl';

/**
 * x [..., C], f32 or f16 · mean, variance, gamma, beta [C] f32 -> y like x.
 * @throws ShapeError if one of the four is not f32 [C]
 */
export function batchNorm(
  x: Operand,
  mean: Operand,
  variance: Operand,
  gamma: Operand,
  beta: Operand,
  eps: number,
): Dispatch {
  const C = lastDim(x);
  expectShape('batchNorm', { mean, variance, gamma, beta }, [C]);
  expectFloats('batchNorm', { x });
  expectDtype('batchNorm', { mean, variance, gamma, beta }, 'f32');
  const vectors = ceilDiv(size(x), 4);
  return {
    kernel: 'batchNorm',
    wgsl: [gridWgsl, vec4Elements(x.dtype), batchNormWgsl],
    constants: { gather: C % 4 === 0 ? 0 : 1 },
    params: { vectors, C, eps },
    inputs: [x, mean, variance, gamma, beta],
    outputs: [operand(x.shape, x.dtype)],
    workgroups: splitGrid(ceilDiv(vectors, 64)),
  };
}
