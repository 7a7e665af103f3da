/** Synthetic weights and activations, as pure functions of (seed, name, flat index). Parity tests and full-size benchmarks
 *  use them instead of trained weights. tools/reference/synthetic.py computes the same bits. All hashing is unsigned 32-bit
 *  arithmetic that wraps. */
import { elementCount } from './dtype.ts';

/** Finalizer of MurmurHash3, 32 bits. */
function fmix32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** FNV-1a hash of the UTF-8 bytes of `text`, 32 bits. */
function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Difference between the hash inputs of neighboring indices. It is odd, so that no two indices collide. */
const indexStep = 0x9e3779b1;

/** The key of the value stream of tensor `name`, u32. */
export function streamKey(seed: number, name: string): number {
  return fmix32(fnv1a32(name) ^ fmix32(seed + 0x9e3779b9));
}

/** The i-th hash of a stream, u32. */
export function hash(key: number, i: number): number {
  return fmix32(key + Math.imul(i, indexStep));
}

/** Maps a stream to the values of a parameter: `fround(offset + fround(scale * u))` with u in [-1, 1), or |u| if `absolute`. */
interface Affine {
  offset: number;
  scale: number;
  absolute?: boolean;
}

const tableNames = ['cls_token', 'cls_token_xyz', 'invalid_xyz_token'];
const tableEndings = ['iou_token.weight', 'mask_tokens.weight', 'no_mask_embed.weight', 'not_a_point_embed.weight'];
const transposedConvs = [
  'output_upscaling.0.weight',
  'output_upscaling.3.weight',
  'act_postprocess1.4.weight',
  'act_postprocess2.4.weight',
];
const attentionInputs = ['qkv.weight', 'q_proj.weight', 'k_proj.weight', 'in_proj_weight'];
const depthHeads = ['seed_bin_regressor', 'attractors.', 'conditional_log_binomial'];

/** The range of a parameter, by name and shape, chosen so that the activations of every network stay near 1. The first
 *  matching rule wins. */
function affine(name: string, shape: readonly number[]): Affine {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const endsIn = (endings: string[]) => endings.some((ending) => name.endsWith(ending));
  if (last === 'running_var') return { offset: 1, scale: 0.5, absolute: true };
  if (last === 'running_mean') return { offset: 0, scale: 0.1 };
  if (last === 'bias' || last.endsWith('_bias')) return { offset: 0, scale: 0.1 };
  if (last === 'gamma_1' || last === 'gamma_2') return { offset: 0.3, scale: 0.15 };
  if (last === 'positional_encoding_gaussian_matrix') return { offset: 0, scale: 1 };
  if (last === 'relative_position_bias_table') return { offset: 0, scale: 1 };
  if (last === 'rel_pos_h' || last === 'rel_pos_w') {
    return { offset: 0, scale: 0.5 * Math.sqrt(3 / shape[shape.length - 1]) };
  }
  const isTable = name.includes('point_embeddings.') || last.endsWith('pos_embed') || tableNames.includes(last);
  if (isTable || endsIn(tableEndings)) return { offset: 0, scale: 0.5 };
  if (last === 'weight' && shape.length === 1) return { offset: 1, scale: 0.1 }; // normalization
  if (endsIn(transposedConvs)) return { offset: 0, scale: Math.sqrt(3 / shape[0]) };
  if (shape.length < 2) return { offset: 0, scale: 1 };
  const isDepthOutput = depthHeads.some((start) => name.startsWith(start)) && endsIn(['_net.2.weight', 'mlp.2.weight']);
  const gain = endsIn(attentionInputs) ? 1.4 : isDepthOutput ? 6 : 1;
  return { offset: 0, scale: gain * Math.sqrt(3 / elementCount(shape.slice(1))) };
}

/** Computes the values of one stream. This loop takes most of the time for full-size weights, so `hash` is inlined and the
 *  index product is a running sum. */
function fill(key: number, count: number, { offset, scale, absolute = false }: Affine): Float32Array {
  const out = new Float32Array(count);
  // u is a 24-bit integer times 2^-23: moving the power of two into the factor changes no bit.
  const factor = Math.fround(scale) * 2 ** -23;
  let x = key | 0;
  for (let i = 0; i < count; i++) {
    let h = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    out[i] = (((h ^ (h >>> 16)) >>> 8) - 0x800000) * factor; // the store rounds to f32
    x = (x + indexStep) | 0;
  }
  if (absolute) for (let i = 0; i < count; i++) out[i] = Math.abs(out[i]);
  const start = Math.fround(offset);
  if (start !== 0) for (let i = 0; i < count; i++) out[i] += start;
  return out;
}

/** Generates parameter `name` (official checkpoint name) of the given shape; f32, row-major. */
export function syntheticWeight(seed: number, name: string, shape: readonly number[]): Float32Array {
  return fill(streamKey(seed, name), elementCount(shape), affine(name, shape));
}

/** Generates an activation, uniform in [-scale, scale); f32, row-major. */
export function syntheticTensor(seed: number, name: string, shape: readonly number[], scale = 1): Float32Array {
  return fill(streamKey(seed, name), elementCount(shape), { offset: 0, scale });
}
