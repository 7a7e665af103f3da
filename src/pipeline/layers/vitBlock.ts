/** The pre-norm transformer block that all three networks are made of. */
import { add, mul } from '../../graph/ops/pointwise.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { layerNorm } from './norm.ts';

export interface VitBlockParts {
  /** Epsilon of both layer norms. */
  readonly eps: number;
  readonly attention: (x: Tensor) => Tensor;
  readonly mlp: (x: Tensor) => Tensor;
  /** Whether `name.gamma_1` and `name.gamma_2` scale the two branches per channel, as in BEiT; false by default. */
  readonly layerScale?: boolean;
}

/**
 * x += attention(norm1(x)); x += mlp(norm2(x)). An Image is Worth 16x16 Words, arXiv:2010.11929, equations 2 and 3.
 * x [..., C] -> [..., C]. Reads `name.norm1` and `name.norm2`.
 */
export function vitBlock(name: string, x: Tensor, { eps, attention, mlp, layerScale }: VitBlockParts): Tensor {
  const scaled = (y: Tensor, gamma: string) =>
    layerScale ? mul(y, y.graph.weight(`${name}.${gamma}`, [y.shape[y.shape.length - 1]])) : y;
  x = add(x, scaled(attention(layerNorm(`${name}.norm1`, x, eps)), 'gamma_1'));
  return add(x, scaled(mlp(layerNorm(`${name}.norm2`, x, eps)), 'gamma_2'));
}
