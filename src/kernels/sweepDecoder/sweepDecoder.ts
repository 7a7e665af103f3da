/** MCC's decoder for many points in one dispatch. Multiview Compressive Coding, arXiv:2301.08247, section 3. */
import activationsWgsl from '../shared/activations.wgsl';
import rank4Wgsl from '../shared/gemm/rank4.wgsl';
import { vec4Elements } from '../shared/elements.ts';
import { flatConstant, flatSteps, supportsTexture } from '../shared/flat.ts';
import { expect, expectDtype, expectFloats, expectShape, lastDim, show, size } from '../check.ts';
import { operand, packed, type Dispatch, type Operand, type Step } from '../dispatch.ts';
import { BYTES, wordsIn } from '../dtype.ts';
import { ceilDiv } from '../grid.ts';
import { toHalves } from '../half.ts';
import { supportsSubgroup8, type Target } from '../target.ts';
import { build, type Variant } from '../variant.ts';
import online8Wgsl from '../attention/online8.wgsl';
import rows8Wgsl from '../attention/rows8.wgsl';
import blocksWgsl from './blocks.wgsl';
import { packedSize, type DecoderSize } from './pack.ts';
import paramsWgsl from './params.wgsl';
import subgroup8Wgsl from './sweepDecoder.subgroup8.wgsl';
import tiledWgsl from './sweepDecoder.wgsl';
import tiled8x8Wgsl from './sweepDecoder8x8.wgsl';

export interface SweepDecoderOptions {
  readonly heads: number;
  readonly eps: number;
  /** Points farther from the origin than this are moved towards it (kernel shrinkPoints). */
  readonly shrinkThreshold: number;
}

/** Queries of a workgroup: many, because each workgroup reads all weights once. For all variants the slab is sized by
 *  the larger number, which is a multiple of the smaller one. */
const TILE_ROWS = { tiled: 64, subgroup8: 128 } as const;

/** Features of a head that the 8 x 8 variant is written for. */
const HEAD_DIM_8X8 = 32;

/** Max features of a head that fit into registers. */
const MAX_HEAD_DIM = 32;

/** Elements of a query in the workgroup's slab, in units of the token width. */
const SLAB_WIDTHS = 6;

export interface DecoderHeads extends DecoderSize {
  readonly heads: number;
}

/** Why this kernel cannot run a decoder on this target; undefined when it can. */
export function sweepDecoderObstacle(
  target: Pick<Target, 'maxBindingBytes'>,
  { channels, depth, heads }: DecoderHeads,
): string | undefined {
  const headDim = channels / heads;
  if (headDim % 4 !== 0 || headDim > MAX_HEAD_DIM) {
    return `heads have ${headDim} features; the sweep in one dispatch needs a multiple of 4 up to ${MAX_HEAD_DIM}`;
  }
  const elements = packedSize({ channels, depth });
  const bytes = elements * BYTES.f32;
  if (bytes > target.maxBindingBytes || supportsTexture('weights', { shape: [elements], dtype: 'f32' }) !== true) {
    return `the decoder's weights take ${bytes} bytes in one piece; one binding holds ${target.maxBindingBytes}`;
  }
  return undefined;
}

/** Upper limit of queries in one dispatch: its slab is one binding. */
export const sweepDecoderLimit = (maxBindingBytes: number, channels: number): number =>
  Math.floor(wordsIn(maxBindingBytes) / (SLAB_WIDTHS * channels * TILE_ROWS.subgroup8)) * TILE_ROWS.subgroup8;

interface SweepDecoder {
  readonly points: Operand;
  readonly seen: Operand;
  readonly weights: Operand;
  readonly size: DecoderHeads;
  readonly options: SweepDecoderOptions;
}

/** Tiles of sums in registers, the tile's tokens in a slab of memory: for GPUs. Where tokens are halves, so are the weights. */
const inTiles = (wgsl: string, problem: SweepDecoder): Step[] => [
  dispatchOf(problem, [rank4Wgsl, blocksWgsl, wgsl], TILE_ROWS.tiled, problem.seen, weightsLike(problem)),
];

/** 4 x 4 results per thread. */
const tiled: Variant<SweepDecoder, readonly Step[]> = {
  name: 'tiled',
  supports: (target, { size }) => sweepDecoderObstacle(target, size) ?? true,
  build: (problem) => inTiles(tiledWgsl, problem),
};

/** 8 x 8 results per thread. It suits any number of queries: one that depended on it would make results depend on it. */
const tiled8x8: Variant<SweepDecoder, readonly Step[]> = {
  name: 'tiled8x8',
  supports(target, { size }) {
    const headDim = size.channels / size.heads;
    const obstacle = sweepDecoderObstacle(target, size);
    return obstacle ?? (headDim === HEAD_DIM_8X8 || `heads have ${headDim} features; it needs ${HEAD_DIM_8X8}`);
  },
  suits: () => true,
  build: (problem) => inTiles(tiled8x8Wgsl, problem),
};

/** Weights and seen tokens in f32 textures, tokens shared by subgroup broadcasts: for software adapters. */
const subgroup8: Variant<SweepDecoder, readonly Step[]> = {
  name: 'subgroup8',
  supports(target, { seen, size }) {
    const obstacle = sweepDecoderObstacle(target, size);
    if (obstacle) return obstacle;
    const fits = supportsTexture('seen', { shape: seen.shape, dtype: 'f32' });
    return fits === true ? supportsSubgroup8(target) : fits;
  },
  build(problem) {
    const { texture, steps } = flatSteps(problem.seen);
    const wgsl = [rows8Wgsl, online8Wgsl, subgroup8Wgsl];
    return [...steps, dispatchOf(problem, wgsl, TILE_ROWS.subgroup8, texture, flatConstant(problem.weights))];
  },
};

/**
 * points [Q, 3] · seen [depth, M, 3C], f32 or f16: queries, keys and values of the seen tokens in each block · weights of
 * `packDecoder`, a constant -> features [Q, C] after the last norm, like seen · scratch.
 * Each point is computed by itself, in an order that depends on nothing but the configuration.
 * @throws ShapeError if operands do not fit together; LimitError for heads or weights that are too large
 */
export function sweepDecoder(
  target: Target,
  points: Operand,
  seen: Operand,
  weights: Operand,
  options: SweepDecoderOptions,
): Step[] {
  expect(
    points.shape.length === 2 && lastDim(points) === 3,
    'sweepDecoder',
    `points are ${show(points.shape)}, expected [Q, 3].`,
  );
  expect(
    seen.shape.length === 3 && lastDim(seen) % 3 === 0,
    'sweepDecoder',
    `seen is ${show(seen.shape)}, expected [depth, M, 3 C].`,
  );
  expectFloats('sweepDecoder', { seen });
  expectDtype('sweepDecoder', { points, weights }, 'f32');
  const [depth] = seen.shape;
  const channels = lastDim(seen) / 3;
  const { heads } = options;
  expect(
    channels % heads === 0,
    'sweepDecoder',
    `${channels} channels do not split into ${heads} heads. Check the configuration.`,
  );
  const decoder = { channels, depth, heads };
  // Sizes that no variant supports are refused first, because the weights of such a decoder may not be packed at all.
  const problem = { points, seen, weights, size: decoder, options };
  const steps = build('sweepDecoder', [tiled, tiled8x8, subgroup8], target, problem, 'Decode layer by layer instead.');
  expectShape('sweepDecoder', { weights }, [packedSize(decoder)]);
  return steps;
}

/** The weights, stored like the seen tokens. */
const weightsLike = ({ seen, weights }: SweepDecoder): Operand =>
  seen.dtype === 'f16'
    ? packed(weights, { key: 'halves', storage: 'buffer', size: size(weights) / 2, apply: toHalves })
    : weights;

/** One dispatch over all queries. @param seen, weights in the form that the variant reads */
function dispatchOf(
  { points, seen: tokens, size, options }: SweepDecoder,
  wgsl: readonly string[],
  tileRows: number,
  seen: Operand,
  weights: Operand,
): Dispatch {
  const { channels, depth, heads } = size;
  const queries = points.shape[0];
  const M = tokens.shape[1];
  const headDim = channels / heads;
  const slabRows = ceilDiv(queries, TILE_ROWS.subgroup8) * TILE_ROWS.subgroup8;
  return {
    kernel: 'sweepDecoder',
    wgsl: [paramsWgsl, activationsWgsl, vec4Elements(tokens.dtype), ...wgsl],
    constants: { tileRows },
    params: {
      queries,
      quads: channels / 4,
      heads,
      vecs: headDim / 4,
      seen: M,
      depth,
      scale: Math.LOG2E / Math.sqrt(headDim),
      eps: options.eps,
      limit: options.shrinkThreshold,
    },
    inputs: [points, seen, weights],
    outputs: [operand([queries, channels], tokens.dtype), operand([slabRows * SLAB_WIDTHS * channels], tokens.dtype)],
    workgroups: [ceilDiv(queries, tileRows), 1, 1],
    // Twelve products of a token with a C x C matrix, and attention, per block.
    flops: 2 * queries * depth * channels * (12 * channels + 2 * (M + 1)),
  };
}
