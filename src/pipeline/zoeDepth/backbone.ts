/** ZoeDepth's backbone, BEiT-L. BEiT, arXiv:2106.08254; released code, midas/backbones/beit.py. */
import { expect } from '../../kernels/check.ts';
import { asActivation } from '../../graph/ops/cast.ts';
import { concat, expand, slice } from '../../graph/ops/movement.ts';
import { relativeBias, resizeBiasTable } from './ops.ts';
import type { Recorder, Tensor } from '../../graph/tensor.ts';
import type { ZoeConfig } from './config.ts';
import { mlp, patchEmbed, selfAttention, vitBlock } from '../layers/index.ts';

/** Prefix of the backbone's tensors in the checkpoint. */
export const BACKBONE = 'core.core.pretrained.model';

/** Side of a patch in pixels. */
export const PATCH = 16;

/**
 * Normalized image x [B, H, W, 3] -> tokens [B, 1 + h w, embed] after each of the four hooked blocks, shallow first.
 * There is neither an absolute position code nor a norm after the last block: `fc_norm` and `head` never run.
 * @throws ShapeError unless the hooks are four different blocks
 */
export function backbone(config: ZoeConfig, x: Tensor): Tensor[] {
  const { embed, heads } = config;
  const { graph } = x;
  const patches = patchEmbed(`${BACKBONE}.patch_embed`, x, embed, PATCH);
  const [B, h, w] = patches.shape;
  const patchTokens = graph.tap('patch_embed', patches.reshape([B, h * w, embed]));
  const classToken = asActivation(expand(graph.weight(`${BACKBONE}.cls_token`, [1, 1, embed]), [B, 1, embed]));
  let tokens = concat([classToken, patchTokens], 1); // [B, 1 + hw, embed]
  const hooked: Tensor[] = [];
  for (let i = 0; i < config.depth; i++) {
    const name = `${BACKBONE}.blocks.${i}`;
    const table = biasTable(config, graph, `${name}.attn`, h, w);
    if (i === 0) graph.tap('block0.bias', relativeBias(slice(table, 1, 0, 2), h, w)); // of two heads
    tokens = graph.scope(`block${i}`, () =>
      vitBlock(name, tokens, {
        eps: 1e-6,
        layerScale: true,
        attention: (y) =>
          selfAttention(`${name}.attn`, y, heads, {
            bias: { kind: 'beit', table, height: h, width: w },
            qkvBias: qkvBias(graph, `${name}.attn`, embed),
          }),
        mlp: (y) => mlp(`${name}.mlp`, y, 4 * embed),
      }),
    );
    graph.tap(`block${i}`, tokens);
    if (config.hooks.includes(i)) hooked.push(tokens);
  }
  expect(
    hooked.length === 4,
    'ZoeDepth',
    `hooks are ${config.hooks.join(', ')}; four different blocks of the ${config.depth} are needed.`,
  );
  return hooked;
}

/** The table of position biases of a block, resized to h x w patches. */
function biasTable({ nativeGrid, heads }: ZoeConfig, graph: Recorder, name: string, h: number, w: number): Tensor {
  const rows = (2 * nativeGrid - 1) ** 2 + 3;
  const table = graph.weight(`${name}.relative_position_bias_table`, [rows, heads]);
  return resizeBiasTable(table, nativeGrid, h, w);
}

/** The bias of the qkv projection, [3 embed]: BEiT has one for queries and values; it is zero for keys. */
function qkvBias(graph: Recorder, name: string, embed: number): Tensor {
  const needs = ['q_bias', 'v_bias'].map((bias) => ({ name: `${name}.${bias}`, shape: [embed] }));
  const compute = (q: Float32Array, v: Float32Array): Float32Array => {
    const bias = new Float32Array(3 * embed);
    bias.set(q);
    bias.set(v, 2 * embed);
    return bias;
  };
  return graph.constant({ name: `${name}.qkv bias`, needs, shape: [3 * embed], compute });
}
