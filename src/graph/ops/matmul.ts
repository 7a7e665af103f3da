/** Ops that are matrix products: linear layers, products of computed matrices, convolutions. */
import { matmul as matmulKernel } from '../../kernels/matmul/matmul.ts';
import { conv2d as conv2dKernel, type Conv2dOptions } from '../../kernels/conv2d/conv2d.ts';
import { convTranspose2d as convTranspose2dKernel } from '../../kernels/convTranspose2d/convTranspose2d.ts';
import { linear as linearKernel } from '../../kernels/linear/linear.ts';
import type { Activation } from '../../kernels/shared/gemm/gemm.ts';
import { expect } from '../../kernels/check.ts';
import type { Inputs } from '../record.ts';
import type { Tensor } from '../tensor.ts';

/** An operand of a node by name. */
const get = (inputs: Inputs, name: string): Tensor => inputs[name] as Tensor;
const optional = (inputs: Inputs, name: string): Tensor | null => inputs[name] as Tensor | null;

/** Constants can be repacked at load time, computed tensors cannot. */
const isConstant = (t: Tensor): boolean => t.root.origin.kind === 'constant';

/** Nothing but a bias; fusion rules fill in the rest. */
const plainEpilogue = { scale: null, residual: null } as const;

/**
 * Linear layer: x [..., K], w [N, K], b [N] or null -> [..., N].
 * @throws ShapeError if w or b does not fit
 */
export function linear(x: Tensor, w: Tensor, b: Tensor | null): Tensor {
  return x.graph.record('linear', { x, w, b, ...plainEpilogue }, { activation: 'none' }, (target, inputs, attrs) =>
    linearKernel(
      target,
      {
        x: get(inputs, 'x'),
        w: get(inputs, 'w'),
        b: optional(inputs, 'b'),
        scale: optional(inputs, 'scale'),
        residual: optional(inputs, 'residual'),
      },
      attrs.activation as Activation,
      isConstant(get(inputs, 'w')),
    ),
  )[0];
}

/**
 * Products of computed matrices: a [B, M, K], b [B, K, N] -> [B, M, N]; with transposeB, b is [B, N, K].
 * @throws ShapeError if they do not fit
 */
export function matmul(a: Tensor, b: Tensor, { transposeB = false }: { transposeB?: boolean } = {}): Tensor {
  return a.graph.record('matmul', { a, b }, { transposeB }, (_target, inputs, attrs) => [
    matmulKernel(get(inputs, 'a'), get(inputs, 'b'), attrs.transposeB as boolean),
  ])[0];
}

/** Convolution weights are packed at load time, so they cannot be computed. */
function expectConstant(op: string, w: Tensor): void {
  expect(isConstant(w), op, 'w is computed; give a weight or a constant, or use linear on patches.');
}

/**
 * Convolution: x [B, H, W, C], w [O, C / groups, k, k] (a weight or constant), b [O] or null -> [B, outH, outW, O].
 * @param options.padding zeros on each side
 * @throws ShapeError if w or b does not fit, or the window is larger than the padded map
 */
export function conv2d(
  x: Tensor,
  w: Tensor,
  b: Tensor | null,
  { stride = 1, padding = 0, groups = 1 }: { stride?: number; padding?: number; groups?: number } = {},
): Tensor {
  expectConstant('conv2d', w);
  const attrs: Conv2dOptions = { stride, padding, groups, activation: 'none', inputActivation: 'none' };
  return x.graph.record('conv2d', { x, w, b, ...plainEpilogue }, { ...attrs }, (target, inputs, options) =>
    conv2dKernel(
      target,
      {
        x: get(inputs, 'x'),
        w: get(inputs, 'w'),
        b: optional(inputs, 'b'),
        scale: optional(inputs, 'scale'),
        residual: optional(inputs, 'residual'),
      },
      options as unknown as Conv2dOptions,
    ),
  )[0];
}

/**
 * Transposed convolution whose stride is its kernel: x [B, H, W, I], w [I, O, k, k] (a weight or constant), b [O] or
 * null -> [B, H k, W k, O].
 * @throws ShapeError if w or b does not fit, or the stride is not k
 */
export function convTranspose2d(x: Tensor, w: Tensor, b: Tensor | null, { stride }: { stride: number }): Tensor {
  expectConstant('convTranspose2d', w);
  return x.graph.record('convTranspose2d', { x, w, b }, { stride }, (target, inputs, attrs) =>
    convTranspose2dKernel(target, get(inputs, 'x'), get(inputs, 'w'), optional(inputs, 'b'), attrs.stride as number),
  )[0];
}
