/**
 * SAM's graphs. They are separate because each depends on other sizes: of the photo, the network, the prompt, the masks.
 */
import { asActivation } from '../../graph/ops/cast.ts';
import { resizeRgba8 } from '../../graph/ops/image.ts';
import { slice } from '../../graph/ops/movement.ts';
import { gatherRows, maskBounds, threshold } from '../../graph/ops/points.ts';
import { resize } from '../../graph/ops/resize.ts';
import { Graph } from '../../graph/record.ts';
import type { Precision } from '../../kernels/target.ts';
import type { SamConfig } from './config.ts';
import type { Size } from '../photo.ts';
import type { Recorded } from '../planCache.ts';
import { imageEncoder } from './imageEncoder.ts';
import { maskDecoder } from './maskDecoder.ts';
import { maskBits, samNormalize } from './ops.ts';
import { resizedSize } from './prompt.ts';
import { densePositions, densePrompt, noDensePrompt, sparsePrompt } from './promptEncoder.ts';

export interface EncoderShape {
  readonly config: SamConfig;
  /** Storage of activations, and of the embedding; f32 by default. */
  readonly precision?: Precision;
}

/**
 * Input `photo` u32 [H, W] of RGBA8 words -> output `input` [1, image, image, 3], stored as activations. Taps: resized, input.
 * as in the released code: the photo is resized with 8-bit rounding, normalized, and then padded with zeros.
 */
export function inputGraph({ config, precision, photo }: EncoderShape & { photo: Size }): Recorded {
  const graph = new Graph(precision);
  const { height, width } = resizedSize(photo, config);
  const words = graph.input('photo', [photo.height, photo.width], 'u32');
  const resized = graph.tap('resized', resizeRgba8(words, [height, width]));
  return { graph, outputs: { input: asActivation(graph.tap('input', samNormalize(resized, config.image))) } };
}

/** Input `input` [1, image, image, 3] -> output `embedding` [1, grid, grid, out]. Taps: those of `imageEncoder`. */
export function encoderGraph({ config, precision }: EncoderShape): Recorded {
  const graph = new Graph(precision);
  const image = graph.input('input', [1, config.image, config.image, 3], graph.activations);
  return { graph, outputs: { embedding: graph.scope('encoder', () => imageEncoder(image, config)) } };
}

export interface PromptShape extends EncoderShape {
  /** Number of prompts. */
  readonly batch: number;
  /** Sparse tokens of each prompt; 0 if there is a mask prompt alone. */
  readonly count: number;
  readonly hasMask: boolean;
}

/**
 * Inputs `embedding` [1, grid, grid, out]; unless count is 0, `xy` [batch, count, 2] and `kinds` u32 [batch, count];
 * with a mask prompt, `mask` [4 * grid, 4 * grid] -> outputs `lowRes` [batch, masks, 4 * grid, 4 * grid] and `iou`
 * [batch, masks]. Taps: sparse, dense (with a mask prompt), dense_pe and those of `maskDecoder`.
 */
export function promptGraph({ config, precision, batch, count, hasMask }: PromptShape): Recorded {
  const graph = new Graph(precision);
  const grid = config.image / config.patch;
  const embedding = graph.input('embedding', [1, grid, grid, config.out], graph.activations);
  const sparse = count
    ? sparsePrompt(graph.input('xy', [batch, count, 2]), graph.input('kinds', [batch, count], 'u32'), config)
    : undefined;
  const dense = hasMask
    ? densePrompt(graph.input('mask', [4 * grid, 4 * grid]).reshape([1, 4 * grid, 4 * grid, 1]), config)
    : noDensePrompt(graph, config);
  const positions = densePositions(graph, config);
  const { maskLogits, quality } = graph.scope('decoder', () =>
    maskDecoder({ embedding, positions, sparse, dense }, config),
  );
  return { graph, outputs: { lowRes: maskLogits, iou: quality } };
}

/** How logits are resampled, as in the released code. */
const bilinear = { mode: 'bilinear', alignCorners: false } as const;

/** Stability compares a mask's area at logit thresholds of +1 and -1. */
const STABILITY_OFFSET = 1;

export interface MaskShape {
  readonly config: SamConfig;
  /** Number of prompts in the input. */
  readonly batch: number;
  /** Number of masks to compute. */
  readonly picks: number;
  readonly photo: Size;
}

/**
 * Inputs `lowRes` [batch, masks, 4 * grid, 4 * grid] and `choice` u32 [picks], indices of masks among its batch * masks
 * -> outputs `logits` [picks, H, W] at the photo's size and `mask` u32 [picks, H, W] of 0 and 1; for a single pick also
 * `above` and `below`, the `maskBounds` of logits above +1 and above -1.
 * The stability of a mask is the ratio of their areas: segment-anything, utils/amg.py, calculate_stability_score.
 */
export function maskGraph({ config, batch, picks, photo }: MaskShape): Recorded {
  const graph = new Graph();
  const side = (4 * config.image) / config.patch;
  const masks = config.multimask + 1;
  const lowRes = graph.input('lowRes', [batch, masks, side, side]);
  const choice = graph.input('choice', [picks], 'u32');
  const chosen = gatherRows(lowRes.reshape([batch * masks, side * side]), choice);

  // as in the released code: two resizes, one to the padded square and one from its unpadded part to the photo.
  const square = resize(chosen.reshape([picks, side, side, 1]), [config.image, config.image], bilinear);
  const { height, width } = resizedSize(photo, config);
  const unpadded = slice(slice(square, 1, 0, height), 2, 0, width); // [picks, height, width, 1]
  const logits = resize(unpadded, [photo.height, photo.width], bilinear).reshape([picks, photo.height, photo.width]);
  const outputs = { logits, mask: threshold(logits, 0) };
  if (picks > 1) return { graph, outputs };
  const bounds = (limit: number) => maskBounds(threshold(logits, limit).reshape([photo.height, photo.width]));
  return { graph, outputs: { ...outputs, above: bounds(STABILITY_OFFSET), below: bounds(-STABILITY_OFFSET) } };
}

export interface MaskBitsShape extends MaskShape {
  /** Stability compares a mask's area at logit thresholds of `offset` and `-offset`. */
  readonly offset: number;
}

/**
 * Inputs `lowRes` and `choice` as of `maskGraph` -> outputs `bits` u32 [picks, W, ceil(H / 32)] and `stats` u32
 * [picks, 7], the results of the op `maskBits` at the photo's size.
 */
export function maskBitsGraph({ config, batch, picks, photo, offset }: MaskBitsShape): Recorded {
  const graph = new Graph();
  const side = (4 * config.image) / config.patch;
  const masks = config.multimask + 1;
  const lowRes = graph.input('lowRes', [batch, masks, side, side]);
  const choice = graph.input('choice', [picks], 'u32');
  const chosen = gatherRows(lowRes.reshape([batch * masks, side * side]), choice).reshape([picks, side, side, 1]);
  const { height, width } = resizedSize(photo, config);
  // The padded square is never made: only its rows and columns with the photo are computed.
  const unpadded = resize(chosen, [config.image, config.image], {
    ...bilinear,
    rows: [0, height],
    columns: [0, width],
  });
  const logits = unpadded.reshape([picks, height, width]);
  return { graph, outputs: maskBits(logits, [photo.height, photo.width], offset) };
}

export interface RowsShape {
  readonly rows: number;
  /** Words of a row. */
  readonly length: number;
  /** Number of rows to take. */
  readonly count: number;
}

/** Inputs `x` u32 [rows, length] and `choice` u32 [count] -> output `taken` u32 [count, length]. */
export function rowsGraph({ rows, length, count }: RowsShape): Recorded {
  const graph = new Graph();
  const x = graph.input('x', [rows, length], 'u32');
  return { graph, outputs: { taken: gatherRows(x, graph.input('choice', [count], 'u32')) } };
}
