/**
 * The masks of many points, as SAM's own mask generator makes them: three masks of each point, of which those with a
 * high predicted IoU and a sharp border are kept. segment-anything, automatic_mask_generator.py.
 *
 * The device decodes many points at once. Masks are resampled to the photo's size only if their predicted IoU suffices,
 * and the resampled logits are never stored: a kernel counts them and keeps a bit of each pixel. Bits are read only of
 * masks that pass every test.
 */
import type { DeviceTensor } from '../../graph/transfer.ts';
import { BYTES } from '../../kernels/dtype.ts';
import type { Precision } from '../../kernels/target.ts';
import { runsOfBits, type PixelBox } from '../maskRuns.ts';
import type { Size } from '../photo.ts';
import type { PlanCache } from '../planCache.ts';
import type { PixelPoint, PointMask, PointMaskFilter, PointRunOptions } from '../roles.ts';
import type { SamConfig } from './config.ts';
import { maskBitsGraph, promptGraph, rowsGraph } from './graphs.ts';
import { promptTokensOf, resizedSize } from './prompt.ts';

/** Bytes of the largest tensor of a batch. Larger batches take more memory, and are no faster. */
const MAX_TENSOR_BYTES = 256 * 2 ** 20;
/** Masks that are resampled together. */
const MAX_PICKS = 16;
/** Numbers in a row of the stats of `maskBits`. */
const STATS = 7;

/** What the points are decoded with. */
export interface PointDecoder {
  readonly config: SamConfig;
  /** Storage of activations, and of the embedding. */
  readonly precision: Precision;
  readonly plans: PlanCache;
  /** Bytes that the device can bind at once. */
  readonly maxBindingBytes: number;
}

/** The image that the points are on. */
export interface EncodedPhoto extends Size {
  readonly embedding: DeviceTensor;
}

/** A mask that passed the filter, whose bits are still on the device. */
interface Passed extends Omit<PointMask, 'mask'> {
  /** Its row of the bits. */
  readonly row: number;
}

/** As `Segmenter.pointMasks`. */
export async function pointMasks(
  decoder: PointDecoder,
  image: EncodedPhoto,
  points: readonly PixelPoint[],
  filter: PointMaskFilter,
  options: PointRunOptions,
): Promise<PointMask[]> {
  const { config, precision, plans } = decoder;
  const { signal, onProfile, onCount } = options;
  const masks = config.multimask + 1;
  const batch = batchSize(decoder, points.length, filter.batch);
  const found: PointMask[] = [];
  for (let first = 0; first < points.length; first += batch) {
    const count = Math.min(batch, points.length - first);
    // The last batch may have fewer points; the rest of it repeats the last point.
    const tokens = tokensOf(
      Array.from({ length: batch }, (_, i) => points[Math.min(first + i, points.length - 1)]),
      image,
      config,
    );
    const plan = await plans.get(promptGraph, { config, precision, batch, count: 2, hasMask: false });
    const { lowRes, iou } = await plan.run({ embedding: image.embedding, ...tokens }, { signal, onProfile });
    const quality = (await iou.read()) as Float32Array;
    const chosen: number[] = [];
    for (let i = 0; i < count * masks; i++) {
      // Token 0 is the single mask, which is not meant for single points.
      if (i % masks !== 0 && passes(quality[i], filter.quality, (q, limit) => q > limit)) chosen.push(i);
    }
    for (const part of await maskParts(decoder, image, { lowRes, batch, chosen }, filter, options)) {
      found.push({ ...part, point: first + Math.floor(part.point / masks), quality: quality[part.point] });
    }
    onCount?.(first + count);
  }
  return found;
}

/** Whether a value is as large as it must be. As in the released code: a limit of 0 is none, and it is rounded to float32. */
const passes = (value: number, limit: number, compare: (value: number, limit: number) => boolean): boolean =>
  limit <= 0 || compare(value, Math.fround(limit));

/** Points that are decoded together: batches of equal size, as large as memory allows. */
function batchSize({ config, precision, maxBindingBytes }: PointDecoder, points: number, wanted: number): number {
  const grid = config.image / config.patch;
  // The upscaled image tokens of a point: 16 for each token, with an eighth of its channels.
  const pointBytes = 2 * grid * grid * config.out * BYTES[precision];
  const largest = Math.max(1, Math.min(wanted, Math.floor(Math.min(maxBindingBytes, MAX_TENSOR_BYTES) / pointBytes)));
  return Math.ceil(points / Math.ceil(points / largest));
}

/** Sparse tokens of one prompt for each point. */
function tokensOf(points: readonly PixelPoint[], image: Size, config: SamConfig) {
  const each = points.map(({ x, y }) => promptTokensOf({ points: [{ x, y, label: 1 }] }, image, config));
  return {
    xy: Float32Array.from(each.flatMap(({ xy }) => [...xy])),
    kinds: Uint32Array.from(each.flatMap(({ kinds }) => [...kinds])),
  };
}

interface ChosenMasks {
  /** [batch, masks, 4 * grid, 4 * grid]. */
  readonly lowRes: DeviceTensor;
  readonly batch: number;
  /** Indices of masks among the batch * masks of `lowRes`. */
  readonly chosen: readonly number[];
}

/** Resamples the chosen masks, and reads those that pass the filter. `point` is the index in `lowRes`. */
async function maskParts(
  { config, plans, maxBindingBytes }: PointDecoder,
  { width, height }: Size,
  { lowRes, batch, chosen }: ChosenMasks,
  filter: PointMaskFilter,
  { signal, onProfile }: PointRunOptions,
): Promise<Omit<PointMask, 'quality'>[]> {
  const photo = { width, height };
  const resized = resizedSize(photo, config);
  const words = width * Math.ceil(height / 32);
  const maskBytes = Math.max(resized.width * resized.height * BYTES.f32, words * 4 * BYTES.u32);
  const most = Math.max(1, Math.min(MAX_PICKS, Math.floor(Math.min(maxBindingBytes, MAX_TENSOR_BYTES) / maskBytes)));
  const parts: Omit<PointMask, 'quality'>[] = [];
  for (let first = 0; first < chosen.length; first += most) {
    const some = chosen.slice(first, first + most);
    const picks = planSize(some.length, most);
    const plan = await plans.get(maskBitsGraph, { config, batch, picks, photo, offset: filter.offset });
    const { bits, stats } = await plan.run({ lowRes, choice: padded(some, picks) }, { signal, onProfile });
    const passed = passedOf(some, (await stats.read()) as Uint32Array, filter);
    if (passed.length === 0) continue;
    const count = planSize(passed.length, picks);
    const taking = await plans.get(rowsGraph, { rows: picks, length: words, count });
    const rows = passed.map(({ row }) => row);
    const { taken } = await taking.run({ x: bits, choice: padded(rows, count) }, { signal, onProfile });
    const read = (await taken.read()) as Uint32Array;
    passed.forEach(({ point, box, stability }, i) => {
      parts.push({ point, box, stability, mask: runsOfBits(read.subarray(i * words, (i + 1) * words), photo) });
    });
  }
  return parts;
}

/** The smallest power of two that is enough, so that there are few different plans. */
const planSize = (count: number, most: number): number => Math.min(most, 2 ** Math.ceil(Math.log2(count)));

/** As many numbers as a plan takes: the last one is repeated. */
const padded = (numbers: readonly number[], length: number): Uint32Array =>
  Uint32Array.from({ length }, (_, i) => numbers[Math.min(i, numbers.length - 1)]);

/** The masks that are stable and have a wanted box. */
function passedOf(chosen: readonly number[], stats: Uint32Array, filter: PointMaskFilter): Omit<Passed, 'quality'>[] {
  return chosen.flatMap((point, row) => {
    const [top, bottom, left, right, area, above, below] = stats.subarray(row * STATS, (row + 1) * STATS);
    // NaN for a mask without any logit above the lower threshold: it passes no limit.
    const stability = Math.fround(above / below);
    const box: PixelBox = area > 0 ? [left, top, right - 1, bottom - 1] : [0, 0, 0, 0];
    const isWanted = passes(stability, filter.stability, (s, limit) => s >= limit) && filter.keeps(box);
    return isWanted ? [{ row, point, box, stability }] : [];
  });
}
