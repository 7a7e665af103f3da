/** Self-attention with one projection for queries, keys and values. */
import { attention, columns, type AttentionBias } from '../../graph/ops/attention.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linear } from './linear.ts';

export interface SelfAttentionOptions {
  /** Bias that is added to the logits. */
  readonly bias?: AttentionBias;
  /** Bias [3C] of the projection, in place of `name.qkv.bias`. */
  readonly qkvBias?: Tensor;
}

/**
 * Multi-head self-attention. Attention Is All You Need, arXiv:1706.03762, section 3.2. x [B, N, C] -> [B, N, C].
 * Reads `name.qkv` (rows in the order [3][head][headDim]) and `name.proj`.
 */
export function selfAttention(name: string, x: Tensor, heads: number, options: SelfAttentionOptions = {}): Tensor {
  const C = x.shape[2];
  const qkv = linear(`${name}.qkv`, x, 3 * C, { bias: options.qkvBias }); // [B, N, 3C]
  const [q, k, v] = [0, C, 2 * C].map((from) => columns(qkv, from, from + C));
  return linear(`${name}.proj`, attention(q, k, v, { heads, bias: options.bias }), C);
}
