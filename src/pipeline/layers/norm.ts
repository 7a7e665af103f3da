/** Normalization with learned scale and shift. */
import { layerNorm as layerNormOp } from '../../graph/ops/rows.ts';
import type { Tensor } from '../../graph/tensor.ts';

/**
 * LayerNorm over the last axis. x [..., C] -> like x. Maps are channels last here, so this is also what the released
 * code calls LayerNorm2d. Reads `name.weight` and `name.bias`, both [C].
 * @param eps it has no default, because the networks differ
 */
export function layerNorm(name: string, x: Tensor, eps: number): Tensor {
  const channels = x.shape[x.shape.length - 1];
  return layerNormOp(x, x.graph.weight(`${name}.weight`, [channels]), x.graph.weight(`${name}.bias`, [channels]), eps);
}
