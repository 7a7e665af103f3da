/** The linear layer. */
import { linear as linearOp } from '../../graph/ops/matmul.ts';
import type { Tensor } from '../../graph/tensor.ts';

export interface LinearOptions {
  /** Whether the layer has `name.bias`, or the bias itself; true by default. */
  readonly bias?: boolean | Tensor;
}

/**
 * y = x W^T + b. x [..., K] -> [..., out].
 * Reads `name.weight` [out, K] and `name.bias` [out].
 */
export function linear(name: string, x: Tensor, out: number, { bias = true }: LinearOptions = {}): Tensor {
  const weight = x.graph.weight(`${name}.weight`, [out, x.shape[x.shape.length - 1]]);
  return linearOp(x, weight, typeof bias === 'boolean' ? (bias ? x.graph.weight(`${name}.bias`, [out]) : null) : bias);
}
