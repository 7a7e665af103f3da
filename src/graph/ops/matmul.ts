/** Ops that are matrix products: linear layers, products of computed matrices, convolutions. */
import { batchedMatmul } from '../../kernels/batchedMatmul/batchedMatmul.ts';
import { matmul as matmulKernel } from '../../kernels/matmul/matmul.ts';
import type { Activation } from '../../kernels/shared/gemm/gemm.ts';
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
  return x.graph.record('linear', { x, w, b, ...plainEpilogue }, { activation: 'none' }, (target, inputs, attrs) => [
    matmulKernel(
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
  ])[0];
}

/**
 * Products of computed matrices: a [B, M, K], b [B, K, N] -> [B, M, N]; with transposeB, b is [B, N, K].
 * @throws ShapeError if they do not fit
 */
export function matmul(a: Tensor, b: Tensor, { transposeB = false }: { transposeB?: boolean } = {}): Tensor {
  return a.graph.record('matmul', { a, b }, { transposeB }, (_target, inputs, attrs) => [
    batchedMatmul(get(inputs, 'a'), get(inputs, 'b'), attrs.transposeB as boolean),
  ])[0];
}
