/** Linear layer: a matrix product with packed weights and an epilogue. */
import { expect, lastDim, show, size } from '../check.ts';
import type { Dispatch, Operand } from '../dispatch.ts';
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
 * x [..., K] · w [N, K] · b, scale [N] · residual like y -> y [..., N], all f32; sums in f32.
 * @param constantWeight whether w can be packed at load time; the tiled variant reads a computed w as it is
 * @throws ShapeError if w is not [N, K], or the epilogue does not fit
 */
export function linear(
  target: Target,
  { x, w, b, scale, residual }: LinearOperands,
  activation: Activation,
  constantWeight: boolean,
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
      epilogue: { bias: b, scale, residual, activation },
      shape: [...x.shape.slice(0, -1), N],
      channels: N,
    },
    target,
  );
}
