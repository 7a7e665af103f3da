/**
 * Reassembles tokens into maps at four scales. Vision Transformers for Dense Prediction, arXiv:2103.13413, section 3.1.
 */
import { concat, expand, slice } from '../../graph/ops/movement.ts';
import { gelu } from '../../graph/ops/pointwise.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ZoeConfig } from './config.ts';
import { conv, convTranspose, linear } from '../layers/index.ts';

/**
 * Tokens [B, 1 + h w, embed] of four blocks, shallow first -> maps of `features` channels at 4, 2, 1 and 1/2 times the
 * patch grid h x w.
 */
export function reassemble(config: ZoeConfig, hooked: readonly Tensor[], h: number, w: number): Tensor[] {
  return hooked.map((tokens, i) => {
    const { graph } = tokens;
    const stage = `core.core.pretrained.act_postprocess${i + 1}`;
    const channels = config.neck[i];
    const map = conv(`${stage}.3`, readout(`${stage}.0.project.0`, tokens, h, w), channels);
    const scaled = graph.tap(`reassemble${i + 1}`, rescale(`${stage}.4`, map, i));
    const level = conv(`core.core.scratch.layer${i + 1}_rn`, scaled, config.features, {
      kernel: 3,
      padding: 1,
      bias: false,
    });
    return graph.tap(`layer${i + 1}_rn`, level);
  });
}

/** Mixes the class token into every patch token. [B, 1 + hw, C] -> [B, h, w, C]. */
function readout(name: string, tokens: Tensor, h: number, w: number): Tensor {
  const [B, N, C] = tokens.shape;
  const patches = slice(tokens, 1, 1, N);
  const classToken = expand(slice(tokens, 1, 0, 1), [B, N - 1, C]);
  return gelu(linear(name, concat([patches, classToken], 2), C)).reshape([B, h, w, C]);
}

/** Enlarges level 0 four times and level 1 twice, and halves level 3. */
function rescale(name: string, x: Tensor, level: number): Tensor {
  const channels = x.shape[3];
  if (level === 0) return convTranspose(name, x, channels, 4);
  if (level === 1) return convTranspose(name, x, channels, 2);
  return level === 2 ? x : conv(name, x, channels, { kernel: 3, stride: 2, padding: 1 });
}
