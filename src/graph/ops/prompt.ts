/** Ops on the prompts of a segmentation. */
import {
  promptTokens as promptTokensKernel,
  type PromptTokensOptions,
} from '../../kernels/promptTokens/promptTokens.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Tokens of points and box corners: xy [B, T, 2], kinds u32 [B, T], matrix [2, C / 2], embeddings [kinds, C] -> [B, T, C].
 */
export function promptTokens(
  xy: Tensor,
  kinds: Tensor,
  matrix: Tensor,
  embeddings: Tensor,
  options: PromptTokensOptions,
): Tensor {
  return xy.graph.record('promptTokens', { xy, kinds, matrix, embeddings }, { ...options }, (_, inputs, attrs) => {
    const operands = inputs as Record<'xy' | 'kinds' | 'matrix' | 'embeddings', Tensor>;
    const { side, none } = attrs as unknown as PromptTokensOptions;
    return [promptTokensKernel(operands.xy, operands.kinds, operands.matrix, operands.embeddings, { side, none })];
  })[0];
}
