/** Seen points to tokens: one per 8 x 8 window of the point map. Multiview Compressive Coding, arXiv:2301.08247. */
import { pointEmbed } from '../../graph/ops/mcc.ts';
import { concat, expand, slice, windowPartition } from '../../graph/ops/movement.ts';
import { add } from '../../graph/ops/pointwise.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { MccConfig } from '../../../weights/config.ts';
import { layerNorm, mlp, selfAttention, vitBlock } from '../layers/index.ts';
import { classToken, EPS, POINT_WINDOW, weightRows } from './constants.ts';
import { foldedAttention } from './foldedAttention.ts';

const PREFIX = 'xyz_pos_embed';
const BLOCK = `${PREFIX}.blocks.0`;

/** MLP width of the point block, in units of the token width; the other blocks have 4. */
const MLP_RATIO = 2;

export interface PointEncoderOptions {
  /** Computes only what the class token needs, which is exact; on by default. */
  readonly fold?: boolean;
}

/**
 * points [1, S, S, 3], already pulled in · valid u32 [1, S, S] -> one token per window, [1, (S / 8)^2, embed].
 * Taps: xyz.points (unless folded), xyz.tokens.
 */
export function pointEncoder(
  points: Tensor,
  valid: Tensor,
  config: MccConfig,
  { fold = true }: PointEncoderOptions = {},
): Tensor {
  const { graph } = points;
  const { embed } = config;
  const inWindow = POINT_WINDOW ** 2;
  const tableShape = [1, inWindow + 1, embed];
  const table = `${PREFIX}.two_d_pos_embed`;
  const first = { token: `${PREFIX}.cls_token`, table, rows: inWindow + 1 };

  const embedded = pointEmbed(points, valid, {
    w: graph.weight(`${PREFIX}.pos_embed.weight`, [embed, 3]),
    b: graph.weight(`${PREFIX}.pos_embed.bias`, [embed]),
    missing: graph.weight(`${PREFIX}.invalid_xyz_token`, [embed]),
  }); // [1, S, S, embed]
  if (!fold) graph.tap('xyz.points', embedded);
  const windows = windowPartition(embedded, POINT_WINDOW).reshape([-1, inWindow, embed]); // [windows, 64, embed]
  const count = windows.shape[0];
  const cls = classToken(graph, first.token, table, first.rows, embed);
  const placed = add(windows, weightRows(graph, table, tableShape, 1, inWindow + 1));
  const tokens = concat([expand(cls.reshape([1, 1, embed]), [count, 1, embed]), placed], 1); // [windows, 65, embed]

  const expandMlp = (y: Tensor) => mlp(`${BLOCK}.mlp`, y, MLP_RATIO * embed);
  let result: Tensor; // [windows, embed]
  if (fold) {
    const attended = foldedAttention(BLOCK, layerNorm(`${BLOCK}.norm1`, tokens, EPS), first, config.xyzHeads);
    const x = add(attended, cls);
    result = add(x, expandMlp(layerNorm(`${BLOCK}.norm2`, x, EPS)));
  } else {
    const attention = (y: Tensor) => selfAttention(`${BLOCK}.attn`, y, config.xyzHeads);
    const all = vitBlock(BLOCK, tokens, { eps: EPS, attention, mlp: expandMlp });
    result = slice(all, 1, 0, 1);
  }
  return graph.tap('xyz.tokens', result.reshape([1, count, embed]));
}
