/** Ops that work on each element by itself. */
import { affine as affineKernel } from '../../kernels/affine/affine.ts';
import { batchNorm as batchNormKernel } from '../../kernels/batchNorm/batchNorm.ts';
import { binary as binaryKernel, type BinaryKind } from '../../kernels/binary/binary.ts';
import { unary as unaryKernel, type UnaryKind } from '../../kernels/unary/unary.ts';
import type { Tensor } from '../tensor.ts';

/** f(x), element by element. */
export const unary = (kind: UnaryKind, x: Tensor): Tensor =>
  x.graph.record('unary', { x }, { kind }, (_, inputs, attrs) => [
    unaryKernel(attrs.kind as UnaryKind, inputs.x as Tensor),
  ])[0];

/** x Phi(x), the erf form. Gaussian Error Linear Units, arXiv:1606.08415, section 2. */
export const gelu = (x: Tensor): Tensor => unary('gelu', x);
export const relu = (x: Tensor): Tensor => unary('relu', x);
export const sigmoid = (x: Tensor): Tensor => unary('sigmoid', x);
/** log(1 + exp(x)). */
export const softplus = (x: Tensor): Tensor => unary('softplus', x);

/**
 * f(a, b), element by element -> like a. b has a's shape, the last axes of it, or 1 in place of axes over which it is
 * repeated. Exported for tests.
 * @throws ShapeError if b cannot be repeated onto a
 */
export const binary = (kind: BinaryKind, a: Tensor, b: Tensor): Tensor =>
  a.graph.record('binary', { a, b }, { kind }, (_, inputs, attrs) => [
    binaryKernel(attrs.kind as BinaryKind, inputs.a as Tensor, inputs.b as Tensor),
  ])[0];

export const add = (a: Tensor, b: Tensor): Tensor => binary('add', a, b);
export const sub = (a: Tensor, b: Tensor): Tensor => binary('sub', a, b);
export const mul = (a: Tensor, b: Tensor): Tensor => binary('mul', a, b);
export const div = (a: Tensor, b: Tensor): Tensor => binary('div', a, b);

/** x * scale + offset, with numbers. */
export const affine = (x: Tensor, scale: number, offset: number): Tensor =>
  x.graph.record('affine', { x }, { scale, offset }, (_, inputs) => [
    affineKernel(inputs.x as Tensor, scale, offset),
  ])[0];

/** x limited to low .. high. */
export const clamp = (x: Tensor, low: number, high: number): Tensor =>
  x.graph.record('clamp', { x }, { low, high }, (_, inputs) => [affineKernel(inputs.x as Tensor, 1, 0, low, high)])[0];

/** (x - mean) / sqrt(variance + eps) * gamma + beta: x [..., C], the others [C] -> like x. */
export const batchNorm = (
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  gamma: Tensor,
  beta: Tensor,
  eps: number,
): Tensor =>
  x.graph.record('batchNorm', { x, mean, variance, gamma, beta }, { eps }, (_, inputs) => [
    batchNormKernel(
      inputs.x as Tensor,
      inputs.mean as Tensor,
      inputs.variance as Tensor,
      inputs.gamma as Tensor,
      inputs.beta as Tensor,
      eps,
    ),
  ])[0];
