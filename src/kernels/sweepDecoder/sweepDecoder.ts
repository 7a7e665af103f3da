/** MCC's decoder for many points in one dispatch. Multiview Compressive Coding, arXiv:2301.08247, section 3. */
import activationsWgsl from '../shared/activations.wgsl';
import { fitsTexture, flatConstant, flatCopy } from '../shared/flat.ts';
import { expect, expectDtype, expectShape, lastDim, LimitError, show } from '../check.ts';
import { operand, type Dispatch, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv } from '../grid.ts';
import type { Target } from '../target.ts';
import online8Wgsl from '../attention/online8.wgsl';
import rows8Wgsl from '../attention/rows8.wgsl';
import { packedSize } from './pack.ts';
import paramsWgsl from './params.wgsl';
import subgroup8Wgsl from './sweepDecoder.subgroup8.wgsl';
import tiledWgsl from './sweepDecoder.wgsl';

export interface SweepDecoderOptions {
  readonly heads: number;
  readonly eps: number;
  /** Distance beyond which points are pulled in. */
  readonly shrinkThreshold: number;
}

/** Queries of a workgroup: many, so that weights, read once per workgroup, are not what takes the time. The larger is a
 *  multiple of the smaller: slabs are made of it for both families. */
const TILE_ROWS = { tiled: 64, subgroup8: 128 } as const;

/** Features of a head that the kernel has registers for. */
const MAX_HEAD_DIM = 32;

/** Elements that a query takes in the workgroup's slab, in units of the token width. */
const SLAB_WIDTHS = 6;

/** Why this kernel cannot run a decoder on this target; undefined when it can. */
export function sweepDecoderObstacle(
  target: Pick<Target, 'maxBindingBytes'>,
  { channels, depth, heads }: { readonly channels: number; readonly depth: number; readonly heads: number },
): string | undefined {
  const headDim = channels / heads;
  if (headDim % 4 !== 0 || headDim > MAX_HEAD_DIM) {
    return `heads have ${headDim} features; the sweep in one dispatch needs a multiple of 4 up to ${MAX_HEAD_DIM}`;
  }
  const elements = packedSize({ channels, depth });
  if (4 * elements > target.maxBindingBytes || !fitsTexture({ shape: [elements], dtype: 'f32' })) {
    return `the decoder's weights take ${4 * elements} bytes in one piece; one binding holds ${target.maxBindingBytes}`;
  }
  return undefined;
}

/** Most queries of one dispatch: its slab is one binding. */
export const sweepDecoderLimit = (maxBindingBytes: number, channels: number): number =>
  Math.floor(maxBindingBytes / (4 * SLAB_WIDTHS * channels * TILE_ROWS.subgroup8)) * TILE_ROWS.subgroup8;

/**
 * points [Q, 3] · seen [depth, M, 3C]: queries, keys and values of the seen tokens in each block · weights of
 * `packDecoder` -> features [Q, C] after the last norm · scratch.
 * Each point is computed by itself, in an order that depends on nothing but the configuration.
 * @throws ShapeError if operands do not fit together; LimitError for heads or weights that are too large
 */
export function sweepDecoder(
  target: Pick<Target, 'attention' | 'maxBindingBytes'>,
  points: Operand,
  seen: Operand,
  weights: Operand,
  { heads, eps, shrinkThreshold }: SweepDecoderOptions,
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
  expectDtype('sweepDecoder', { points, seen, weights }, 'f32');
  const [depth, M] = seen.shape;
  const channels = lastDim(seen) / 3;
  expect(
    channels % heads === 0,
    'sweepDecoder',
    `${channels} channels do not split into ${heads} heads. Check the configuration.`,
  );
  const obstacle = sweepDecoderObstacle(target, { channels, depth, heads });
  if (obstacle) throw new LimitError(`sweepDecoder: ${obstacle}. Decode layer by layer instead.`);
  expectShape('sweepDecoder', { weights }, [packedSize({ channels, depth })]);

  const queries = points.shape[0];
  const headDim = channels / heads;
  const family = target.attention === 'subgroup8' && fitsTexture(seen) ? 'subgroup8' : 'tiled';
  const tileRows = TILE_ROWS[family];
  const tiles = ceilDiv(queries, tileRows);
  const slabRows = ceilDiv(queries, TILE_ROWS.subgroup8) * TILE_ROWS.subgroup8;
  const steps: Step[] = [];
  let seenView = seen;
  if (family === 'subgroup8') {
    const { texture, copy } = flatCopy(seen);
    steps.push(copy);
    seenView = texture;
  }
  const dispatch: Dispatch = {
    kernel: 'sweepDecoder',
    wgsl: [
      paramsWgsl,
      activationsWgsl,
      ...(family === 'subgroup8' ? [rows8Wgsl, online8Wgsl, subgroup8Wgsl] : [tiledWgsl]),
    ],
    constants: { tileRows },
    params: {
      queries,
      quads: channels / 4,
      heads,
      vecs: headDim / 4,
      seen: M,
      depth,
      scale: Math.LOG2E / Math.sqrt(headDim),
      eps,
      limit: shrinkThreshold,
    },
    inputs: [points, seenView, family === 'subgroup8' ? flatConstant(weights) : weights],
    outputs: [operand([queries, channels]), operand([slabRows * SLAB_WIDTHS * channels])],
    workgroups: [tiles, 1, 1],
    // Twelve products of a token with a C x C matrix, and attention, per block.
    flops: 2 * queries * depth * channels * (12 * channels + 2 * (M + 1)),
  };
  return [...steps, dispatch];
}
