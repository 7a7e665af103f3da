/** SAM's prompt encoder. Segment Anything, arXiv:2304.02643, appendix A, "Prompt encoder". */
import { gelu } from '../../graph/ops/pointwise.ts';
import { promptTokens } from './ops.ts';
import type { Graph } from '../../graph/record.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { SamConfig } from './config.ts';
import { conv, layerNorm } from '../layers/index.ts';

/** Epsilon of every layer norm in the prompt encoder. */
const EPS = 1e-6;
const PREFIX = 'prompt_encoder';
const MATRIX = `${PREFIX}.pe_layer.positional_encoding_gaussian_matrix`;

/**
 * Kinds of sparse tokens. The first four are rows of `point_embeddings`. `none` is an ignored point; it also takes the
 * place of the box if there are points alone.
 */
export const TokenKind = { background: 0, foreground: 1, topLeft: 2, bottomRight: 3, none: 4 } as const;

/**
 * Embeds points and box corners. xy [B, T, 2] in pixels of the resized photo, kinds u32 [B, T] of `TokenKind`
 * -> [B, T, out]. A token is the position code of its pixel's center plus the embedding of its kind; `none` has no position code.
 */
export function sparsePrompt(xy: Tensor, kinds: Tensor, { out, image }: SamConfig): Tensor {
  const { graph } = xy;
  const rows = [0, 1, 2, 3].map((i) => `${PREFIX}.point_embeddings.${i}.weight`);
  const embeddings = graph.constant({
    name: 'embeddings of token kinds',
    needs: [...rows, `${PREFIX}.not_a_point_embed.weight`].map((name) => ({ name, shape: [1, out] })),
    shape: [5, out],
    compute: (...kindRows) => Float32Array.from(kindRows.flatMap((row) => [...row])),
  });
  const matrix = graph.weight(MATRIX, [2, out / 2]);
  return graph.tap('sparse', promptTokens(xy, kinds, matrix, embeddings, { side: image, none: TokenKind.none }));
}

/** Embeds a mask prompt: logits [B, 4 * grid, 4 * grid, 1] -> [B, grid, grid, out]. */
export function densePrompt(maskLogits: Tensor, { out, maskChannels }: SamConfig): Tensor {
  const name = `${PREFIX}.mask_downscaling`;
  let x = conv(`${name}.0`, maskLogits, maskChannels / 4, { kernel: 2, stride: 2 });
  x = gelu(layerNorm(`${name}.1`, x, EPS)); // [B, 2 * grid, 2 * grid, maskChannels / 4]
  x = conv(`${name}.3`, x, maskChannels, { kernel: 2, stride: 2 });
  x = gelu(layerNorm(`${name}.4`, x, EPS)); // [B, grid, grid, maskChannels]
  return maskLogits.graph.tap('dense', conv(`${name}.6`, x, out));
}

/** The embedding [out] that replaces a missing mask prompt. */
export function noDensePrompt(graph: Graph, { out }: SamConfig): Tensor {
  return graph.weight(`${PREFIX}.no_mask_embed.weight`, [1, out]).reshape([out]);
}

/**
 * Position codes of the image tokens, [grid, grid, out]: sines, then cosines, of random projections of the token's
 * center. They depend on weights alone, so they are computed once, on the host.
 */
export function densePositions(graph: Graph, { out, image, patch }: SamConfig): Tensor {
  const grid = image / patch;
  const half = out / 2;
  const compute = (matrix: Float32Array): Float32Array => {
    const values = new Float32Array(grid * grid * out);
    for (let y = 0; y < grid; y++) {
      for (let x = 0; x < grid; x++) {
        const start = (y * grid + x) * out;
        const [u, v] = [(2 * (x + 0.5)) / grid - 1, (2 * (y + 0.5)) / grid - 1];
        for (let f = 0; f < half; f++) {
          const angle = 2 * Math.PI * (u * matrix[f] + v * matrix[half + f]);
          values[start + f] = Math.sin(angle);
          values[start + half + f] = Math.cos(angle);
        }
      }
    }
    return values;
  };
  const needs = [{ name: MATRIX, shape: [2, half] }];
  const code = graph.constant({ name: 'dense_pe', of: { grid }, needs, shape: [grid, grid, out], compute });
  return graph.tap('dense_pe', code);
}
