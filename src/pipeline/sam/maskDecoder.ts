/** SAM's mask decoder. Segment Anything, arXiv:2304.02643, appendix A, "Lightweight mask decoder", and figure 14. */
import { attention } from '../../graph/ops/attention.ts';
import { asActivation, cast } from '../../graph/ops/cast.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { concat, expand, slice } from '../../graph/ops/movement.ts';
import { add, gelu } from '../../graph/ops/pointwise.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { SamConfig } from './config.ts';
import { convTranspose, layerNorm, linear, mlp, reluMlp } from '../layers/index.ts';

/** Epsilon of the layer norms in the two-way transformer. The upscaling uses 1e-6. */
const EPS = 1e-5;
const PREFIX = 'mask_decoder';

export interface DecoderInputs {
  /** Image embedding, [1, grid, grid, out], stored as the graph stores activations. */
  readonly embedding: Tensor;
  /** Position codes of the image tokens, [grid, grid, out]. */
  readonly positions: Tensor;
  /** Tokens of points and boxes, [B, T, out]; undefined if there is a mask prompt alone. */
  readonly sparse: Tensor | undefined;
  /** Embedding of the mask prompt [1, grid, grid, out], or [out] if there is none. */
  readonly dense: Tensor;
}

export interface Decoded {
  /** Logits of all mask tokens, [B, 1 + multimask, 4 * grid, 4 * grid]; the first is the single mask. */
  readonly maskLogits: Tensor;
  /** Predicted IoU of each mask, [B, 1 + multimask], without a sigmoid. */
  readonly quality: Tensor;
}

/** Decodes the masks of B prompts. Taps: those of `twoWayTransformer`, then upscaled and hyper. */
export function maskDecoder({ embedding, positions, sparse, dense }: DecoderInputs, config: SamConfig): Decoded {
  const { graph } = embedding;
  const { out, multimask } = config;
  const grid = config.image / config.patch;
  const B = sparse?.shape[0] ?? 1;
  const masks = multimask + 1;

  const learned = concat([learnedTokens('iou_token', 1), learnedTokens('mask_tokens', masks)], 0);
  const output = learned.reshape([1, 1 + masks, out]);
  const all = sparse ? concat([expand(output, [B, 1 + masks, out]), sparse], 1) : output; // [B, 1 + masks + T, out]
  const source = add(embedding, dense).reshape([1, grid * grid, out]);

  const decoded = twoWayTransformer(asActivation(all), source, positions.reshape([grid * grid, out]), config);
  const queries = cast(decoded.queries, 'f32'); // the heads compute final results
  const token = (i: number) => slice(queries, 1, i, i + 1); // [B, 1, out]

  const pixels = upscaling(decoded.keys.reshape([B, grid, grid, out]), out); // [B, 4 * grid, 4 * grid, out / 8]
  const filters = Array.from({ length: masks }, (_, i) =>
    reluMlp(`${PREFIX}.output_hypernetworks_mlps.${i}`, token(1 + i), [out, out, out / 8]),
  );
  const hyper = graph.tap('hyper', concat(filters, 1)); // [B, masks, out / 8]
  const maskLogits = matmul(hyper, pixels.reshape([B, 16 * grid * grid, out / 8]), { transposeB: true });
  // as in the released code: no sigmoid on the quality.
  const quality = reluMlp(`${PREFIX}.iou_prediction_head`, token(0), [config.iouHidden, config.iouHidden, masks]);
  return { maskLogits: maskLogits.reshape([B, masks, 4 * grid, 4 * grid]), quality: quality.reshape([B, masks]) };

  function learnedTokens(name: string, count: number): Tensor {
    return graph.weight(`${PREFIX}.${name}.weight`, [count, out]);
  }
}

/**
 * Attention between prompt tokens and image tokens, in both directions. tokens [B, T, C], source [1, N, C], positions
 * [N, C] of the image tokens -> queries [B, T, C], keys [B, N, C]. The position code of a query is its initial token.
 * Until the first layer has changed them, the image tokens are the same for all prompts: they are projected once.
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

  const [B] = tokens.shape;
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

      const fromImage = attend(`${layer}.cross_attn_token_to_image`, add(queries, tokens), placedKeys, keys, cross);
      queries = graph.tap(`layer${i}.cross`, norm(`${layer}.norm2`, add(queries, fromImage)));

      const mlpOut = mlp(`${name}.${layer}.mlp`, queries, config.decoderMlp, {
        layers: ['lin1', 'lin2'],
        activation: 'relu',
      });
      queries = graph.tap(`layer${i}.queries`, norm(`${layer}.norm3`, add(queries, mlpOut)));

      const fromTokens = attend(`${layer}.cross_attn_image_to_token`, placedKeys, add(queries, tokens), queries, cross);
      keys = graph.tap(`layer${i}.keys`, norm(`${layer}.norm4`, add(forAll(keys, B), fromTokens)));
      placedKeys = add(keys, positions);
    });
  }
  const fromImage = attend('final_attn_token_to_image', add(queries, tokens), placedKeys, keys, cross);
  queries = norm('norm_final_attn', add(queries, fromImage));
  return { queries: graph.tap('tokens_out', queries), keys };
}

/**
 * Attention with projections of q [B, N, C], k and v [B, M, C] to `inner` channels, and of the result back
 * -> [B, N, C]. What is the same for all prompts may have 1 in place of B.
 */
function projectedAttention(name: string, q: Tensor, k: Tensor, v: Tensor, inner: number, heads: number): Tensor {
  const B = Math.max(q.shape[0], k.shape[0]);
  const projected = (part: string, x: Tensor) => forAll(linear(`${name}.${part}`, x, inner), B);
  const attended = attention(projected('q_proj', q), projected('k_proj', k), projected('v_proj', v), { heads });
  return linear(`${name}.out_proj`, attended, q.shape[2]);
}

/** Repeats what is the same for all prompts: [1, N, C] -> [B, N, C]. */
const forAll = (x: Tensor, B: number): Tensor => (x.shape[0] === B ? x : expand(x, [B, ...x.shape.slice(1)]));

/** Image tokens, upscaled four times: x [B, grid, grid, C] -> [B, 4 * grid, 4 * grid, C / 8]. */
function upscaling(x: Tensor, C: number): Tensor {
  const name = `${PREFIX}.output_upscaling`;
  return x.graph.scope('upscaling', () => {
    let y = convTranspose(`${name}.0`, x, C / 4, 2); // [B, 2 * grid, 2 * grid, C / 4]
    y = gelu(layerNorm(`${name}.1`, y, 1e-6));
    return x.graph.tap('upscaled', gelu(convTranspose(`${name}.3`, y, C / 8, 2)));
  });
}
