/** Elementwise ops. */
import { affine as affineKernel } from '../../kernels/affine/affine.ts';
import { batchNorm as batchNormKernel } from '../../kernels/batchNorm/batchNorm.ts';
import { binary as binaryKernel, type BinaryKind } from '../../kernels/binary/binary.ts';
import { unary as unaryKernel, type UnaryKind } from '../../kernels/unary/unary.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

export const unaryOp = defineOp<{ readonly x: Tensor }, { readonly kind: UnaryKind }>({
  name: 'unary',
  lower: (target, { x }, { kind }) => [unaryKernel(target, kind, x)],
});

/** f(x), elementwise. */
export const unary = (kind: UnaryKind, x: Tensor): Tensor => unaryOp.record({ x }, { kind });

/** x Phi(x), the erf form. Gaussian Error Linear Units, arXiv:1606.08415, section 2. */
export const gelu = (x: Tensor): Tensor => unary('gelu', x);
export const relu = (x: Tensor): Tensor => unary('relu', x);
export const sigmoid = (x: Tensor): Tensor => unary('sigmoid', x);
/** log(1 + exp(x)). */
export const softplus = (x: Tensor): Tensor => unary('softplus', x);

export const binaryOp = defineOp<{ readonly a: Tensor; readonly b: Tensor }, { readonly kind: BinaryKind }>({
  name: 'binary',
  lower: (_, { a, b }, { kind }) => [binaryKernel(kind, a, b)],
});

/**
 * f(a, b), elementwise -> like a. b is broadcast to a: it has the shape of a or of a's last axes, where an axis may be
 * 1. Exported for tests.
 * @throws ShapeError if b cannot be broadcast to a
 */
export const binary = (kind: BinaryKind, a: Tensor, b: Tensor): Tensor => binaryOp.record({ a, b }, { kind });

export const add = (a: Tensor, b: Tensor): Tensor => binary('add', a, b);
export const sub = (a: Tensor, b: Tensor): Tensor => binary('sub', a, b);
export const mul = (a: Tensor, b: Tensor): Tensor => binary('mul', a, b);
export const div = (a: Tensor, b: Tensor): Tensor => binary('div', a, b);

const affineOp = defineOp<
  { readonly x: Tensor },
  { readonly scale: number; readonly offset: number; readonly low?: number; readonly high?: number }
>({
  name: 'affine',
  lower: (_, { x }, { scale, offset, low, high }) => [affineKernel(x, scale, offset, low, high)],
});

/** x * scale + offset, where scale and offset are numbers. */
export const affine = (x: Tensor, scale: number, offset: number): Tensor => affineOp.record({ x }, { scale, offset });

/** min(max(x, low), high). */
export const clamp = (x: Tensor, low: number, high: number): Tensor =>
  affineOp.record({ x }, { scale: 1, offset: 0, low, high });

type BatchNormInputs = {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly gamma: Tensor;
  readonly beta: Tensor;
};

const batchNormOp = defineOp<BatchNormInputs, { readonly eps: number }>({
  name: 'batchNorm',
  lower: (_, { x, mean, variance, gamma, beta }, { eps }) => [batchNormKernel(x, mean, variance, gamma, beta, eps)],
});

/** (x - mean) / sqrt(variance + eps) * gamma + beta: x [..., C], the others [C] -> like x. */
export const batchNorm = (
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  gamma: Tensor,
  beta: Tensor,
  eps: number,
): Tensor => batchNormOp.record({ x, mean, variance, gamma, beta }, { eps });
