/**
 * MCC's decoder: predicts occupancy and color at query points. arXiv:2301.08247, section 3.
 * Seen tokens attend to seen tokens only. A query attends to the seen tokens and to itself. So the seen tokens go
 * through the decoder once per image, and every block keeps their keys and values. The result of a query depends on no
 * other query.
 */
import { attention, columns } from '../../graph/ops/attention.ts';
import { queryAttention } from './ops.ts';
import { concat } from '../../graph/ops/movement.ts';
import { add } from '../../graph/ops/pointwise.ts';
import { shrinkPoints } from './ops.ts';
import { linear as linearOp } from '../../graph/ops/matmul.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { MccConfig } from './config.ts';
import { layerNorm, linear, mlp, vitBlock } from '../layers/index.ts';
import { EPS, weightRows } from './constants.ts';

/** Hidden channels of the MLPs in the decoder's blocks, divided by the channels of a token. */
export const DECODER_MLP_RATIO = 4;

export const blockName = (i: number): string => `decoder_blocks.${i}`;

/** The seen tokens in every block of the decoder. */
export interface SeenTokens {
  /** Queries, keys and values of each block, [1, M, 3 decoderEmbed]. Queries need the keys and values. */
  readonly qkv: readonly Tensor[];
  /** The tokens after each block, [1, M, decoderEmbed]. For comparisons. */
  readonly states: readonly Tensor[];
}

/**
 * Runs the seen tokens through the decoder: latent [1, M, 2 embed] -> queries, keys, values and states of every block.
 * Tap: decoder.seen.
 */
export function seenTokens(latent: Tensor, config: MccConfig): SeenTokens {
  const { graph } = latent;
  const M = latent.shape[1];
  const D = config.decoderEmbed;
  let x = add(linear('decoder_embed', latent, D), graph.weight('decoder_pos_embed', [1, M, D]));
  graph.tap('decoder.seen', x);
  const qkv: Tensor[] = [];
  const states: Tensor[] = [];
  for (let i = 0; i < config.decoderDepth; i++) {
    x = decoderBlock(i, x, (all) => {
      qkv.push(all);
      const [q, k, v] = [0, D, 2 * D].map((from) => columns(all, from, from + D));
      return attention(q, k, v, { heads: config.decoderHeads });
    });
    states.push(x);
  }
  return { qkv, states };
}

/**
 * Runs query points through the decoder: points [Q, 3] -> features [Q, decoderEmbed] after the last norm.
 * @param seen queries, keys and values of the seen tokens in each block, [1, M, 3 decoderEmbed]
 * @param onBlock gets the queries after each block
 */
export function decodePoints(
  points: Tensor,
  seen: readonly Tensor[],
  config: MccConfig,
  onBlock: (i: number, x: Tensor) => void = () => undefined,
): Tensor {
  const D = config.decoderEmbed;
  const near = shrinkPoints(points, config.shrinkThreshold);
  let x = linear('decoder_xyz_pos_embed.pos_embed', near, D, { dtype: points.graph.activations }); // [Q, D]
  for (let i = 0; i < config.decoderDepth; i++) {
    x = decoderBlock(i, x, (qkv) =>
      queryAttention(qkv, columns(seen[i], D, 2 * D), columns(seen[i], 2 * D, 3 * D), { heads: config.decoderHeads }),
    );
    onBlock(i, x);
  }
  return layerNorm('decoder_norm', x, EPS);
}

/** Block i. `attend` is its attention: queries, keys and values [..., 3 decoderEmbed] -> [..., decoderEmbed]. */
function decoderBlock(i: number, x: Tensor, attend: (qkv: Tensor) => Tensor): Tensor {
  const name = blockName(i);
  const D = x.shape[x.shape.length - 1];
  return x.graph.scope(name, () =>
    vitBlock(name, x, {
      eps: EPS,
      attention: (y) => linear(`${name}.attn.proj`, attend(linear(`${name}.attn.qkv`, y, 3 * D)), D),
      mlp: (y) => mlp(`${name}.mlp`, y, DECODER_MLP_RATIO * D),
    }),
  );
}

/** Number of predictions for each point: the occupancy logit, then the color predictions. */
export const predictions = (config: MccConfig): number => 1 + 3 * (config.regressColor ? 1 : 256);

/** Features [Q, decoderEmbed] -> occupancy logits and color predictions, f32 [Q, 1 + 768 or 1 + 3]. */
export const predict = (features: Tensor, config: MccConfig): Tensor =>
  linear('decoder_pred', features, predictions(config), { dtype: 'f32' });

/** Features [Q, decoderEmbed] -> occupancy logits [Q]. */
export const predictOccupancy = (features: Tensor, config: MccConfig): Tensor =>
  predictRows(features, config, 0, 1).reshape([features.shape[0]]);

/** Features [Q, decoderEmbed] -> color predictions [Q, 768 or 3]. */
export const predictColor = (features: Tensor, config: MccConfig): Tensor =>
  predictRows(features, config, 1, predictions(config));

/** The predictions from rows [from, to) of the last linear layer. */
function predictRows(features: Tensor, config: MccConfig, from: number, to: number): Tensor {
  const { graph } = features;
  const rows = predictions(config);
  const w = weightRows(graph, 'decoder_pred.weight', [rows, config.decoderEmbed], from, to);
  const b = graph.constant({
    name: 'rows of decoder_pred.bias',
    of: { from, to },
    needs: [{ name: 'decoder_pred.bias', shape: [rows] }],
    shape: [to - from],
    compute: (all) => all.slice(from, to),
  });
  return linearOp(features, w, b, { dtype: 'f32' });
}

/** Seen tokens [1, M, D] and queries [Q, D] -> [1, M + Q, D]. For comparisons. */
export const joinTokens = (seen: Tensor, queries: Tensor): Tensor =>
  concat([seen, queries.reshape([1, ...queries.shape])], 1);
