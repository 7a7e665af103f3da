/** The linear layer. */
import { linear as linearOp, type ResultOptions } from '../../graph/ops/matmul.ts';
import type { Tensor } from '../../graph/tensor.ts';

export interface LinearOptions extends ResultOptions {
  /** Whether the layer has `name.bias`, or the bias itself; true by default. */
  readonly bias?: boolean | Tensor;
}

/**
 * y = x W^T + b. x [..., K] -> [..., out].
 * Reads `name.weight` [out, K] and `name.bias` [out].
 */
export function linear(name: string, x: Tensor, out: number, { bias = true, dtype }: LinearOptions = {}): Tensor {
  const weight = x.graph.weight(`${name}.weight`, [out, x.shape[x.shape.length - 1]]);
  const b = typeof bias === 'boolean' ? (bias ? x.graph.weight(`${name}.bias`, [out]) : null) : bias;
  return linearOp(x, weight, b, { dtype });
}
