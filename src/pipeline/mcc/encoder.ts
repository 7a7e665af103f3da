/**
 * MCC's encoder: two ViTs, one for colors and one for points, whose tokens are concatenated.
 * arXiv:2301.08247, section 3.
 */
import { asActivation } from '../../graph/ops/cast.ts';
import { concat } from '../../graph/ops/movement.ts';
import { add, div, sub } from '../../graph/ops/pointwise.ts';
import { shrinkPoints } from './ops.ts';
import { resize } from '../../graph/ops/resize.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { isForScenes, type MccConfig } from './config.ts';
import { layerNorm, mlp, patchEmbed, selfAttention, vitBlock } from '../layers/index.ts';
import { classToken, EPS, weightRows } from './constants.ts';
import { pointEncoder, type PointEncoderOptions } from './pointEncoder.ts';

/** Mean and standard deviation of ImageNet's colors in 0..1. */
const MEAN = [0.485, 0.456, 0.406];
const STD = [0.229, 0.224, 0.225];

/** Side that the released code resizes crops to, in pixels. The network resizes them again. */
export const CROP_SIDE = 800;

/** Side of the colors that a network is given. as in the released code: the square of a scene is resized once. */
export const colorSide = (config: MccConfig): number => (isForScenes(config) ? config.image : CROP_SIDE);

/** The inputs of the encoder. */
export interface SeenTensors {
  /** [1, S, S, 3] in 0..1, where S is 800 or the side of the network's color input. */
  readonly rgb: Tensor;
  /** [1, P, P, 3] in the object's frame, where P is half the side of the network's color input. */
  readonly xyz: Tensor;
  /** u32 [1, P, P], 1 where the point is valid, else 0. */
  readonly valid: Tensor;
}

/**
 * Colors and points -> latent [1, 1 + patches, 2 embed].
 * Taps: image, rgb.patches, xyz.shrunk, those of `pointEncoder`, rgb.block<i>, xyz.block<i>, latent.
 */
export function encoder(
  { rgb, xyz, valid }: SeenTensors,
  config: MccConfig,
  options: PointEncoderOptions = {},
): Tensor {
  const { graph } = rgb;
  const { embed, image, patch, depth } = config;
  const patches = (image / patch) ** 2;
  const colors = graph.tap('image', standardized(rgb, image)); // [1, image, image, 3]

  const rgbTokens = patchEmbed('patch_embed', colors, embed, patch).reshape([1, patches, embed]);
  graph.tap('rgb.patches', rgbTokens);
  const placed = add(rgbTokens, weightRows(graph, 'pos_embed', [1, patches + 1, embed], 1, patches + 1));
  const cls = classToken(graph, 'cls_token', 'pos_embed', patches + 1, embed);
  let x = concat([asActivation(cls.reshape([1, 1, embed])), placed], 1); // [1, 1 + patches, embed]

  const points = graph.tap('xyz.shrunk', shrinkPoints(xyz, config.shrinkThreshold));
  const pointTokens = graph.scope('points', () => pointEncoder(points, valid, config, options));
  // as in the released code: point tokens and their class token get no position code.
  const pointCls = asActivation(graph.weight('cls_token_xyz', [1, 1, embed]));
  let y = concat([pointCls, pointTokens], 1); // [1, 1 + patches, embed]

  for (let i = 0; i < depth; i++) {
    x = graph.tap(`rgb.block${i}`, block(`blocks.${i}`, x, config.heads));
    y = graph.tap(`xyz.block${i}`, block(`blocks_xyz.${i}`, y, config.heads));
  }
  return graph.tap('latent', concat([layerNorm('norm', x, EPS), layerNorm('norm_xyz', y, EPS)], 2));
}

/** rgb [1, S, S, 3] in 0..1 -> [1, side, side, 3], standardized with ImageNet's statistics. */
export function standardized(rgb: Tensor, side: number): Tensor {
  const constant = (name: string, values: readonly number[]) =>
    rgb.graph.constant({ name, of: values, shape: [3], compute: () => Float32Array.from(values) });
  const resized =
    rgb.shape[1] === side
      ? rgb
      : // as in the released code: the resize is given a scale factor, so the coordinates step by its reciprocal.
        resize(rgb, [side, side], { mode: 'bilinear', alignCorners: false, scale: 1 / (side / CROP_SIDE) });
  return div(sub(resized, constant('ImageNet mean', MEAN)), constant('ImageNet deviation', STD));
}

function block(name: string, x: Tensor, heads: number): Tensor {
  const { graph } = x;
  return graph.scope(name, () =>
    vitBlock(name, x, {
      eps: EPS,
      attention: (y) => selfAttention(`${name}.attn`, y, heads),
      mlp: (y) => mlp(`${name}.mlp`, y, 4 * x.shape[x.shape.length - 1]),
    }),
  );
}
