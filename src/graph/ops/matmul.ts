/** Ops that are matrix products: linear layers, products of two computed matrices, convolutions. */
import { matmul as matmulKernel } from '../../kernels/matmul/matmul.ts';
import { conv2d as conv2dKernel, type Conv2dOptions } from '../../kernels/conv2d/conv2d.ts';
import { convTranspose2d as convTranspose2dKernel } from '../../kernels/convTranspose2d/convTranspose2d.ts';
import { linear as linearKernel } from '../../kernels/linear/linear.ts';
import type { Activation } from '../../kernels/shared/gemm/gemm.ts';
import { expect } from '../../kernels/check.ts';
import type { FloatType } from '../../kernels/dispatch.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

/** Whether a tensor is a constant: only constants can be packed at load time. */
const isConstant = (t: Tensor): boolean => t.root.origin.kind === 'constant';

/** Inputs of a product with its epilogue: residual + scale * activation(product + b). */
export type ProductInputs = {
  readonly x: Tensor;
  readonly w: Tensor;
  readonly b: Tensor | null;
  /** A factor per channel. */
  readonly scale: Tensor | null;
  /** As many elements as the result has. */
  readonly residual: Tensor | null;
};

/** An epilogue with a bias alone. Fusion rules add scale and residual. */
const plainEpilogue = { scale: null, residual: null } as const;

/** What may be said about the result of a product. */
export interface ResultOptions {
  /** Type of the result; that of x by default. */
  readonly dtype?: FloatType;
}

export const linearOp = defineOp<ProductInputs, ResultOptions & { readonly activation: Activation }>({
  name: 'linear',
  lower: (target, inputs, { activation, dtype }) =>
    linearKernel(target, inputs, activation, isConstant(inputs.w), dtype),
});

/**
 * Linear layer: x [..., K], w [N, K], b [N] or null -> [..., N].
 * @throws ShapeError if w or b does not fit
 */
export const linear = (x: Tensor, w: Tensor, b: Tensor | null, { dtype }: ResultOptions = {}): Tensor =>
  linearOp.record({ x, w, b, ...plainEpilogue }, { activation: 'none', dtype });

const matmulOp = defineOp<{ readonly a: Tensor; readonly b: Tensor }, { readonly transposeB: boolean }>({
  name: 'matmul',
  lower: (target, { a, b }, { transposeB }) => matmulKernel(target, a, b, transposeB),
});

/**
 * Products of two computed matrices: a [B, M, K], b [B, K, N] -> [B, M, N]. With transposeB, b is [B, N, K]. Only b may be
 * f16; the result is f32.
 * @throws ShapeError if a and b do not fit
 */
export const matmul = (a: Tensor, b: Tensor, { transposeB = false }: { transposeB?: boolean } = {}): Tensor =>
  matmulOp.record({ a, b }, { transposeB });

/** Convolution weights are packed at load time, so they must be constants. @throws ShapeError */
function expectConstant(op: string, w: Tensor): void {
  expect(isConstant(w), op, 'w is computed; give a weight or a constant, or use linear on patches.');
}

export const conv2dOp = defineOp<ProductInputs, Conv2dOptions>({
  name: 'conv2d',
  lower(target, inputs, options) {
    expectConstant('conv2d', inputs.w);
    return conv2dKernel(target, inputs, options);
  },
});

/** Options of a convolution: stride 1, no padding and one group by default. */
export interface ConvolutionOptions extends ResultOptions {
  readonly stride?: number;
  /** Zeros on each side. */
  readonly padding?: number;
  readonly groups?: number;
}

/**
 * Convolution: x [B, H, W, C], w [O, C / groups, k, k] (a weight or constant), b [O] or null -> [B, outH, outW, O].
 * @throws ShapeError if w or b does not fit, or the window is larger than the padded map
 */
export function conv2d(
  x: Tensor,
  w: Tensor,
  b: Tensor | null,
  { stride = 1, padding = 0, groups = 1, dtype }: ConvolutionOptions = {},
): Tensor {
  const options = { stride, padding, groups, activation: 'none', inputActivation: 'none', dtype } as const;
  return conv2dOp.record({ x, w, b, ...plainEpilogue }, options);
}

const convTranspose2dOp = defineOp<
  { readonly x: Tensor; readonly w: Tensor; readonly b: Tensor | null },
  { readonly stride: number }
>({
  name: 'convTranspose2d',
  lower(target, { x, w, b }, { stride }) {
    expectConstant('convTranspose2d', w);
    return convTranspose2dKernel(target, x, w, b, stride);
  },
});

/**
 * Transposed convolution whose stride is its kernel: x [B, H, W, I], w [I, O, k, k] (a weight or constant), b [O] or
 * null -> [B, H k, W k, O].
 * @throws ShapeError if w or b does not fit, or the stride is not k
 */
export const convTranspose2d = (x: Tensor, w: Tensor, b: Tensor | null, { stride }: { stride: number }): Tensor =>
  convTranspose2dOp.record({ x, w, b }, { stride });
