/**
 * MCC's point encoder: one token for each 8 x 8 window of the point map.
 * Multiview Compressive Coding, arXiv:2301.08247.
 */
import { linear as linearOp } from '../../graph/ops/matmul.ts';
import { asActivation } from '../../graph/ops/cast.ts';
import { pointAttention, pointEmbed } from './ops.ts';
import { concat, expand, slice, windowPartition } from '../../graph/ops/movement.ts';
import { add } from '../../graph/ops/pointwise.ts';
import type { ConstantSpec } from '../../graph/constantSpec.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { stateCount } from '../../kernels/pointAttention/pointAttention.ts';
import type { MccConfig } from './config.ts';
import { layerNorm, mlp, selfAttention, vitBlock } from '../layers/index.ts';
import { classToken, EPS, POINT_WINDOW, weightRows } from './constants.ts';
import { foldBias, foldNeeds, foldProjection, foldScores, foldSpread } from './pointFold.ts';

const PREFIX = 'xyz_pos_embed';
const BLOCK = `${PREFIX}.blocks.0`;
const TABLE = `${PREFIX}.two_d_pos_embed`;

/** Number of tokens of a window: the class token and the points. */
const TOKENS = POINT_WINDOW ** 2 + 1;

export interface PointEncoderOptions {
  /** Whether only the class token is computed (pointFold.ts); true by default. */
  readonly fold?: boolean;
}

/**
 * points f32 [1, S, S, 3] after `shrinkPoints` · valid u32 [1, S, S] -> one token per window, [1, (S / 8)^2, embed], stored
 * as the graph stores activations.
 * Taps: xyz.points (unless folded), xyz.tokens.
 */
export function pointEncoder(
  points: Tensor,
  valid: Tensor,
  config: MccConfig,
  { fold = true }: PointEncoderOptions = {},
): Tensor {
  const tokens = fold ? folded(points, valid, config) : asWritten(points, valid, config); // [windows, embed]
  return points.graph.tap('xyz.tokens', tokens.reshape([1, ...tokens.shape]));
}

const blockMlp = (x: Tensor, C: number): Tensor => mlp(`${BLOCK}.mlp`, x, 2 * C);

/** The block, computed for the class token alone. */
function folded(points: Tensor, valid: Tensor, { embed: C, xyzHeads: heads }: MccConfig): Tensor {
  const { graph } = points;
  const needs = foldNeeds(PREFIX, { embed: C });
  const states = stateCount(POINT_WINDOW);
  const width = heads * (3 + states);
  const constant = (name: string, shape: readonly number[], compute: ConstantSpec['compute']): Tensor =>
    graph.constant({ name: `${BLOCK} folded: ${name}`, of: { heads }, needs, shape, compute });
  const weights = pointAttention(
    points,
    valid,
    {
      spread: constant('spread', [states + 2, 4], foldSpread),
      scores: constant('scores', [states + 3, heads], foldScores(heads)),
    },
    { window: POINT_WINDOW, eps: EPS },
  ); // [windows, heads, 3 + states]
  const projection = constant('projection', [C, width], foldProjection(heads));
  const bias = constant('bias', [C], foldBias);
  const attended = linearOp(weights.reshape([-1, width]), projection, bias, { dtype: graph.activations }); // [windows, C]
  const x = add(attended, classToken(graph, `${PREFIX}.cls_token`, TABLE, TOKENS, C));
  return add(x, blockMlp(layerNorm(`${BLOCK}.norm2`, x, EPS), C));
}

/** The block as in the released code: all tokens of a window are computed, and the class token is kept. */
function asWritten(points: Tensor, valid: Tensor, { embed: C, xyzHeads: heads }: MccConfig): Tensor {
  const { graph } = points;
  const embedded = pointEmbed(points, valid, {
    w: graph.weight(`${PREFIX}.pos_embed.weight`, [C, 3]),
    b: graph.weight(`${PREFIX}.pos_embed.bias`, [C]),
    missing: graph.weight(`${PREFIX}.invalid_xyz_token`, [C]),
  }); // [1, S, S, C]
  graph.tap('xyz.points', embedded);
  const inWindow = windowPartition(asActivation(embedded), POINT_WINDOW).reshape([-1, TOKENS - 1, C]); // [windows, 64, C]
  const placed = add(inWindow, weightRows(graph, TABLE, [1, TOKENS, C], 1, TOKENS));
  const cls = classToken(graph, `${PREFIX}.cls_token`, TABLE, TOKENS, C).reshape([1, 1, C]);
  const tokens = concat([expand(asActivation(cls), [placed.shape[0], 1, C]), placed], 1); // [windows, 65, C]
  const all = vitBlock(BLOCK, tokens, {
    eps: EPS,
    attention: (x) => selfAttention(`${BLOCK}.attn`, x, heads),
    mlp: (x) => blockMlp(x, C),
  });
  return slice(all, 1, 0, 1).reshape([-1, C]);
}
