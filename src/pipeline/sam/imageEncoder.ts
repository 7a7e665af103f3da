/** SAM's image encoder: a ViT with windowed attention. Segment Anything, arXiv:2304.02643, appendix A. */
import { windowMerge, windowPartition } from '../../graph/ops/movement.ts';
import { add } from '../../graph/ops/pointwise.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { SamConfig } from './config.ts';
import { conv, layerNorm, mlp, patchEmbed, selfAttention, vitBlock } from '../layers/index.ts';

/** Epsilon of every layer norm in the image encoder. The mask decoder uses 1e-5. */
const EPS = 1e-6;
const PREFIX = 'image_encoder';

/**
 * image [B, S, S, 3], normalized and padded -> image embedding [B, S / patch, S / patch, out].
 * Taps: patch_embed, pos_embed, block0.windows, block<i>.attention, block<i>, neck1, image_embedding.
 */
export function imageEncoder(image: Tensor, config: SamConfig): Tensor {
  const { graph } = image;
  const grid = config.image / config.patch;
  let x = patchEmbed(`${PREFIX}.patch_embed`, image, config.embed, config.patch); // [B, grid, grid, embed]
  graph.tap('patch_embed', x);
  // The checkpoint stores the table channels last.
  const posEmbed = graph.weight(`${PREFIX}.pos_embed`, [1, grid, grid, config.embed]);
  x = graph.tap('pos_embed', add(x, posEmbed.reshape([grid, grid, config.embed])));
  for (let i = 0; i < config.depth; i++) {
    x = graph.tap(`block${i}`, block(i, x, config));
  }
  return graph.tap('image_embedding', neck(x, config.out));
}

/** Transformer block `index`. x [B, H, W, embed] -> like x. */
function block(index: number, x: Tensor, config: SamConfig): Tensor {
  const { graph } = x;
  const name = `${PREFIX}.blocks.${index}`;
  const isGlobal = config.globalBlocks.includes(index);
  return graph.scope(`block${index}`, () =>
    vitBlock(name, x, {
      eps: EPS,
      attention(y) {
        const { heads, window } = config;
        const attended = isGlobal
          ? gridAttention(`${name}.attn`, y, heads)
          : windowAttention(`${name}.attn`, y, heads, window, (windows) => {
              if (index === 0) graph.tap('block0.windows', windows);
            });
        return graph.tap(`block${index}.attention`, attended);
      },
      mlp: (y) => mlp(`${name}.mlp`, y, config.mlpRatio * config.embed, { layers: ['lin1', 'lin2'] }),
    }),
  );
}

/**
 * Attention within windows of `size` x `size` tokens. x [B, H, W, embed] -> like x. The map is padded with zeros at the
 * right and at the bottom.
 * as in the released code: padding tokens are not masked; their q, k and v are the projection's bias.
 */
function windowAttention(
  name: string,
  x: Tensor,
  heads: number,
  size: number,
  onWindows: (windows: Tensor) => void,
): Tensor {
  const [, H, W] = x.shape;
  const windows = windowPartition(x, size); // [B * windows, size, size, embed]
  onWindows(windows);
  return windowMerge(gridAttention(name, windows, heads), size, H, W); // [B, H, W, embed]
}

/** Attention of all tokens of a grid, with relative positions decomposed by axis. x [B, H, W, C] -> like x. */
function gridAttention(name: string, x: Tensor, heads: number): Tensor {
  const [B, height, width, C] = x.shape;
  const headDim = C / heads;
  const tokens = x.reshape([B, height * width, C]);
  const attended = selfAttention(name, tokens, heads, {
    bias: {
      kind: 'decomposed',
      relPosH: x.graph.weight(`${name}.rel_pos_h`, [2 * height - 1, headDim]),
      relPosW: x.graph.weight(`${name}.rel_pos_w`, [2 * width - 1, headDim]),
      height,
      width,
    },
  });
  return attended.reshape(x.shape);
}

/** Two convolutions without bias, each followed by a layer norm. x [B, H, W, embed] -> [B, H, W, out]. */
function neck(x: Tensor, out: number): Tensor {
  const name = `${PREFIX}.neck`;
  return x.graph.scope('neck', () => {
    let y = layerNorm(`${name}.1`, conv(`${name}.0`, x, out, { bias: false }), EPS);
    x.graph.tap('neck1', y);
    y = conv(`${name}.2`, y, out, { kernel: 3, padding: 1, bias: false });
    return layerNorm(`${name}.3`, y, EPS);
  });
}
