/** The patch embedding of a ViT. */
import type { Tensor } from '../../graph/tensor.ts';
import { conv } from './conv.ts';

/**
 * One token per square patch, stored as the graph stores activations. x [B, H, W, 3] -> [B, H / patch, W / patch, embed].
 * Reads `name.proj.weight` [embed, 3, patch, patch] and `name.proj.bias`.
 */
export function patchEmbed(name: string, x: Tensor, embed: number, patch: number): Tensor {
  return conv(`${name}.proj`, x, embed, { kernel: patch, stride: patch, dtype: x.graph.activations });
}
