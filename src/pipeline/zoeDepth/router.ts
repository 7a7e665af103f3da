/**
 * The router of ZoeD_NK, which chooses between the two heads. ZoeDepth, arXiv:2302.12288, section 3.3; released code,
 * zoedepth_nk.
 */
import { attention, columns } from '../../graph/ops/attention.ts';
import { linear as linearOp } from '../../graph/ops/matmul.ts';
import { pad, slice } from '../../graph/ops/movement.ts';
import { add, relu } from '../../graph/ops/pointwise.ts';
import type { Recorder, Tensor } from '../../graph/tensor.ts';
import type { ZoeConfig } from './config.ts';
import { conv, layerNorm, linear, mlp } from '../layers/index.ts';

/** NK's heads, in the order of the router's logits. */
export const EXPERTS = ['nyu', 'kitti'] as const;
export type Expert = (typeof EXPERTS)[number];

/** The expert with the greater logit; the first one if both are equal. */
export const expertOf = (logits: ArrayLike<number>): Expert => EXPERTS[logits[1] > logits[0] ? 1 : 0];

/** Bottleneck map [B, h, w, features] -> logits [B, 2] of the domains, indoor and outdoor. */
export function router(config: ZoeConfig, bottleneck: Tensor): Tensor {
  const { graph } = bottleneck;
  const [B, h, w] = bottleneck.shape;
  const C = config.router;
  const patches = conv('patch_transformer.embedding_convPxP', bottleneck, C).reshape([B, h * w, C]);
  // as in the released code: the class token in front is zero, not learned.
  let x = add(pad(patches, [0, 1, 0], [0, 0, 0], 0), positionCode(graph, 1 + h * w, C));
  for (let i = 0; i < config.routerLayers; i++) {
    x = encoderLayer(`patch_transformer.transformer_encoder.layers.${i}`, x, config);
  }
  const hidden = relu(linear('mlp_classifier.0', slice(x, 1, 0, 1), C)); // the class token alone
  return linear('mlp_classifier.2', hidden, EXPERTS.length, { dtype: 'f32' }).reshape([B, EXPERTS.length]);
}

/** A post-norm transformer layer. Attention Is All You Need, arXiv:1706.03762, section 3.1. x [B, N, C] -> like x. */
function encoderLayer(name: string, x: Tensor, { routerHeads: heads, routerMlp }: ZoeConfig): Tensor {
  const C = x.shape[2];
  const weight = x.graph.weight(`${name}.self_attn.in_proj_weight`, [3 * C, C]);
  const qkv = linearOp(x, weight, x.graph.weight(`${name}.self_attn.in_proj_bias`, [3 * C]));
  const [q, k, v] = [0, C, 2 * C].map((from) => columns(qkv, from, from + C));
  const attended = linear(`${name}.self_attn.out_proj`, attention(q, k, v, { heads }), C);
  x = layerNorm(`${name}.norm1`, add(x, attended), 1e-5);
  const y = mlp(name, x, routerMlp, { layers: ['linear1', 'linear2'], activation: 'relu' });
  return layerNorm(`${name}.norm2`, add(x, y), 1e-5);
}

/**
 * Position codes, a constant [N, C]: sines of all frequencies, then cosines, not interleaved.
 * as in the released code: every step is rounded to float32.
 */
function positionCode(graph: Recorder, N: number, C: number): Tensor {
  const { fround } = Math;
  const step = fround(-fround(Math.log(10000)) / C);
  const value = (i: number): number => {
    const [position, c] = [Math.floor(i / C), i % C];
    const half = C / 2;
    const angle = fround(position * fround(Math.exp(fround(2 * (c % half) * step))));
    return c < half ? Math.sin(angle) : Math.cos(angle);
  };
  const compute = () => Float32Array.from({ length: N * C }, (_, i) => value(i));
  return graph.constant({ name: 'position code of the router', of: { N, C }, shape: [N, C], compute });
}
