/** The patch embedding of a ViT. */
import type { Tensor } from '../../graph/tensor.ts';
import { conv } from './conv.ts';

/**
 * One token per square patch. x [B, H, W, 3] -> [B, H / patch, W / patch, embed].
 * Reads `name.proj.weight` [embed, 3, patch, patch] and `name.proj.bias`.
 */
export function patchEmbed(name: string, x: Tensor, embed: number, patch: number): Tensor {
  return conv(`${name}.proj`, x, embed, { kernel: patch, stride: patch });
}
