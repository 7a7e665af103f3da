/** Linear layer: a matrix product with packed weights and an epilogue. */
import { expect, expectFloats, lastDim, show, size } from '../check.ts';
import type { Dispatch, FloatType, Operand } from '../dispatch.ts';
import { gemm, type Activation } from '../shared/gemm/gemm.ts';
import { rowMajor } from '../shared/gemm/pack.ts';
import type { Target } from '../target.ts';
import linearWgsl from './linear.wgsl';

export interface LinearOperands {
  readonly x: Operand;
  readonly w: Operand;
  readonly b: Operand | null;
  readonly scale: Operand | null;
  readonly residual: Operand | null;
}

/**
 * y = residual + scale * activation(x w^T + b).
 * x [..., K], f32 or f16 · w [N, K] · b, scale [N] f32 · residual like y -> y [..., N], f32 or f16; sums in f32.
 * @param constantWeight whether w can be packed at load time; the tiled variant reads a computed w as it is
 * @param dtype type of y and of the residual; that of x by default
 * @throws ShapeError if w is not [N, K], the epilogue does not fit, or x or y is f16 and K or N is no multiple of 4
 */
export function linear(
  target: Target,
  { x, w, b, scale, residual }: LinearOperands,
  activation: Activation,
  constantWeight: boolean,
  dtype: FloatType = expectFloats('linear', { x }),
): Dispatch[] {
  const K = lastDim(x);
  expect(
    w.shape.length === 2 && w.shape[1] === K,
    'linear',
    `w is ${show(w.shape)}, x is ${show(x.shape)} so w must be [N, ${K}].\n` +
      '  Check that the weights belong to this configuration; weights are [out, in], as in PyTorch.',
  );
  const N = w.shape[0];
  return gemm(
    {
      kernel: 'linear',
      wgsl: linearWgsl,
      x,
      vec4Input: K % 4 === 0,
      w,
      constantWeight,
      layout: rowMajor(N, K),
      rows: size(x) / K,
      epilogue: { bias: b, scale, residual, activation, dtype },
      shape: [...x.shape.slice(0, -1), N],
      channels: N,
    },
    target,
  );
}
