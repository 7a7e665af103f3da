/** The decoder's weights in the layout that the kernel `sweepDecoder` reads. */
import type { Recorder, Tensor } from '../../graph/tensor.ts';
import type { WeightName } from '../../graph/constantSpec.ts';
import { packDecoder, packedSize, type BlockWeights } from '../../kernels/sweepDecoder/pack.ts';
import type { MccConfig } from './config.ts';
import { blockName, DECODER_MLP_RATIO } from './decoder.ts';

type Pair = readonly [Float32Array, Float32Array];

/** All weights of the decoder except those of the predictions, packed by `packDecoder` into one constant. */
export function packedDecoder(graph: Recorder, { decoderEmbed: C, decoderDepth: depth }: MccConfig): Tensor {
  const size = { channels: C, depth };
  const linear = (name: string, outputs: number, inputs: number): WeightName[] => [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ];
  const norm = (name: string): WeightName[] => ['weight', 'bias'].map((w) => ({ name: `${name}.${w}`, shape: [C] }));
  const block = (i: number): WeightName[] => [
    ...norm(`${blockName(i)}.norm1`),
    ...linear(`${blockName(i)}.attn.qkv`, 3 * C, C),
    ...linear(`${blockName(i)}.attn.proj`, C, C),
    ...norm(`${blockName(i)}.norm2`),
    ...linear(`${blockName(i)}.mlp.fc1`, DECODER_MLP_RATIO * C, C),
    ...linear(`${blockName(i)}.mlp.fc2`, C, DECODER_MLP_RATIO * C),
  ];
  const needs = [
    ...linear('decoder_xyz_pos_embed.pos_embed', C, 3),
    ...norm('decoder_norm'),
    ...Array.from({ length: depth }, (_, i) => block(i)).flat(),
  ];
  const compute = (...weights: Float32Array[]): Float32Array => {
    const pairs = Array.from({ length: weights.length / 2 }, (_, i): Pair => [weights[2 * i], weights[2 * i + 1]]);
    const [point, last, ...rest] = pairs;
    const blocks = Array.from({ length: depth }, (_, i): BlockWeights => {
      const [norm1, qkv, proj, norm2, fc1, fc2] = rest.slice(6 * i, 6 * i + 6);
      return { norm1, qkv, proj, norm2, fc1, fc2 };
    });
    return packDecoder(size, { point, norm: last, blocks });
  };
  return graph.constant({ name: 'decoder, packed', of: size, needs, shape: [packedSize(size)], compute });
}
