/** SAM's mask decoder. Segment Anything, arXiv:2304.02643, appendix A, "Lightweight mask decoder", and figure 14. */
import { attention } from '../../graph/ops/attention.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { concat, expand, slice } from '../../graph/ops/movement.ts';
import { add, gelu } from '../../graph/ops/pointwise.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { SamConfig } from './config.ts';
import { convTranspose, layerNorm, linear, mlp, reluMlp } from '../layers/index.ts';

/** Of the norms between tokens. The norm of the upscaling has the encoder's, 1e-6. */
const EPS = 1e-5;
const PREFIX = 'mask_decoder';

export interface DecoderInputs {
  /** Image embedding, [1, grid, grid, out]. */
  readonly embedding: Tensor;
  /** Position code of the image tokens, [grid, grid, out]. */
  readonly positions: Tensor;
  /** Tokens of points and boxes, [B, T, out]; none when the mask prompt stands alone. */
  readonly sparse: Tensor | undefined;
  /** Mask prompt [1, grid, grid, out], or what stands for none [out]. */
  readonly dense: Tensor;
}

export interface Decoded {
  /** Logits of all mask tokens, [B, 1 + multimask, 4 * grid, 4 * grid]; the first is the single mask. */
  readonly maskLogits: Tensor;
  /** Predicted quality of each, [B, 1 + multimask], not squashed. */
  readonly quality: Tensor;
}

/** Taps: those of `twoWayTransformer`, then upscaled and hyper. */
export function maskDecoder({ embedding, positions, sparse, dense }: DecoderInputs, config: SamConfig): Decoded {
  const { graph } = embedding;
  const { out, multimask } = config;
  const grid = config.image / config.patch;
  const B = sparse?.shape[0] ?? 1;
  const masks = multimask + 1;

  const own = concat([ownTokens('iou_token', 1), ownTokens('mask_tokens', masks)], 0).reshape([1, 1 + masks, out]);
  const tokens = sparse ? concat([expand(own, [B, 1 + masks, out]), sparse], 1) : own; // [B, 1 + masks + T, out]
  const source = expand(add(embedding, dense), [B, grid, grid, out]).reshape([B, grid * grid, out]);

  const { queries, keys } = twoWayTransformer(tokens, source, positions.reshape([grid * grid, out]), config);
  const token = (i: number) => slice(queries, 1, i, i + 1); // [B, 1, out]

  const pixels = upscaling(keys.reshape([B, grid, grid, out]), out); // [B, 4 * grid, 4 * grid, out / 8]
  const filters = Array.from({ length: masks }, (_, i) =>
    reluMlp(`${PREFIX}.output_hypernetworks_mlps.${i}`, token(1 + i), [out, out, out / 8]),
  );
  const hyper = graph.tap('hyper', concat(filters, 1)); // [B, masks, out / 8]
  const maskLogits = matmul(hyper, pixels.reshape([B, 16 * grid * grid, out / 8]), { transposeB: true });
  // as in the released code: no sigmoid on the quality.
  const quality = reluMlp(`${PREFIX}.iou_prediction_head`, token(0), [config.iouHidden, config.iouHidden, masks]);
  return { maskLogits: maskLogits.reshape([B, masks, 4 * grid, 4 * grid]), quality: quality.reshape([B, masks]) };

  function ownTokens(name: string, count: number): Tensor {
    return graph.weight(`${PREFIX}.${name}.weight`, [count, out]);
  }
}

/**
 * Tokens and image look at each other. tokens [B, T, C], source [B, N, C], positions [N, C] of the image tokens.
 * The position of a query is its initial token throughout.
 * Taps: layer<i>.self, .cross, .queries, .keys; tokens_out.
 */
function twoWayTransformer(
  tokens: Tensor,
  source: Tensor,
  positions: Tensor,
  config: SamConfig,
): { queries: Tensor; keys: Tensor } {
  const { graph } = tokens;
  const name = `${PREFIX}.transformer`;
  const [cross, self] = [config.out / 2, config.out];
  const attend = (part: string, q: Tensor, k: Tensor, v: Tensor, inner: number) =>
    projectedAttention(`${name}.${part}`, q, k, v, inner, config.decoderHeads);
  const norm = (part: string, x: Tensor) => layerNorm(`${name}.${part}`, x, EPS);

  let queries = tokens;
  let keys = source;
  let placedKeys = add(keys, positions);
  for (let i = 0; i < config.decoderDepth; i++) {
    const layer = `layers.${i}`;
    graph.scope(`layer${i}`, () => {
      if (i === 0) {
        // as in the released code: neither positions nor a residual in the first self-attention.
        queries = attend(`${layer}.self_attn`, queries, queries, queries, self);
      } else {
        const placed = add(queries, tokens);
        queries = add(queries, attend(`${layer}.self_attn`, placed, placed, queries, self));
      }
      queries = graph.tap(`layer${i}.self`, norm(`${layer}.norm1`, queries));

      const looked = attend(`${layer}.cross_attn_token_to_image`, add(queries, tokens), placedKeys, keys, cross);
      queries = graph.tap(`layer${i}.cross`, norm(`${layer}.norm2`, add(queries, looked)));

      const fed = mlp(`${name}.${layer}.mlp`, queries, config.decoderMlp, {
        layers: ['lin1', 'lin2'],
        activation: 'relu',
      });
      queries = graph.tap(`layer${i}.queries`, norm(`${layer}.norm3`, add(queries, fed)));

      const told = attend(`${layer}.cross_attn_image_to_token`, placedKeys, add(queries, tokens), queries, cross);
      keys = graph.tap(`layer${i}.keys`, norm(`${layer}.norm4`, add(keys, told)));
      placedKeys = add(keys, positions);
    });
  }
  const looked = attend('final_attn_token_to_image', add(queries, tokens), placedKeys, keys, cross);
  queries = norm('norm_final_attn', add(queries, looked));
  return { queries: graph.tap('tokens_out', queries), keys };
}

/** Attention with a projection each for q [B, N, C], k and v [B, M, C], `inner` wide, and one back -> [B, N, C]. */
function projectedAttention(name: string, q: Tensor, k: Tensor, v: Tensor, inner: number, heads: number): Tensor {
  const attended = attention(
    linear(`${name}.q_proj`, q, inner),
    linear(`${name}.k_proj`, k, inner),
    linear(`${name}.v_proj`, v, inner),
    { heads },
  );
  return linear(`${name}.out_proj`, attended, q.shape[2]);
}

/** Image tokens to four times the size: x [B, grid, grid, C] -> [B, 4 * grid, 4 * grid, C / 8]. */
function upscaling(x: Tensor, C: number): Tensor {
  const name = `${PREFIX}.output_upscaling`;
  return x.graph.scope('upscaling', () => {
    let y = convTranspose(`${name}.0`, x, C / 4, 2); // [B, 2 * grid, 2 * grid, C / 4]
    y = gelu(layerNorm(`${name}.1`, y, 1e-6));
    return x.graph.tap('upscaled', gelu(convTranspose(`${name}.3`, y, C / 8, 2)));
  });
}
