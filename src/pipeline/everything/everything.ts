/**
 * All masks of a photo: a segmenter is asked for the masks of a grid of points, on the whole photo and on crops of it,
 * and of masks that are alike the best stays. segment-anything, automatic_mask_generator.py.
 */
import { areaOf, boxOf, maskOf, placed, runsOf, type PixelBox } from '../maskRuns.ts';
import type { PhotoWords } from '../photo.ts';
import type { Embedding, PointRunOptions, Segmenter } from '../roles.ts';
import { cropsOf, cut, gridsOf, isCutOff, pointsOn, type Crop } from './crops.ts';
import type { FoundMask } from './foundMask.ts';
import type { EverythingSettings } from './defaults.ts';
import { everythingSettings, type EverythingOptions } from './options.ts';
import { removeSmallRegions } from './regions.ts';
import { suppress } from './suppress.ts';

/** What the search needs. */
export interface SearchTools {
  readonly segmenter: Segmenter;
  /** The embedding of the whole photo. */
  readonly embedding: Embedding;
  /** Encodes a crop. Its embedding is released after use. */
  encode(crop: PhotoWords): Promise<Embedding>;
}

export interface SearchRunOptions extends Pick<PointRunOptions, 'signal' | 'onProfile'> {
  /** Gets the number of points that are done, of all points. */
  readonly onCount?: (done: number, total: number) => void;
}

/**
 * Finds all masks of a photo.
 * @returns masks best first: by predicted quality, with crops those of smaller crops first; with `minMaskRegionArea`,
 *   those that were not changed first
 * @throws OptionError for an invalid option; PromptError if a crop is too narrow; as the segmenter
 */
export async function findEverything(
  { segmenter, embedding, encode }: SearchTools,
  photo: PhotoWords,
  options: EverythingOptions,
  { onCount, ...run }: SearchRunOptions = {},
): Promise<FoundMask[]> {
  const settings = everythingSettings(options);
  const grids = gridsOf(settings, options.pointGrids);
  const crops = cropsOf(photo, settings);
  const total = crops.reduce((sum, { layer }) => sum + grids[layer].length, 0);
  let done = 0;
  onCount?.(0, total);
  const found: FoundMask[] = [];
  for (const crop of crops) {
    const points = pointsOn(grids[crop.layer], crop.box);
    const count = (now: number): void => onCount?.(done + now, total);
    const search = (own: Embedding) =>
      segmenter.pointMasks(own, points, filterOf(settings, crop, photo), { ...run, onCount: count });
    const masks =
      crop.layer === 0 ? await search(embedding) : await released(await encode(cut(photo, crop.box)), search);
    const kept = suppress(
      masks.map(({ box }) => box),
      masks.map(({ quality }) => quality),
      settings.boxNmsThresh,
    );
    const [left, top] = crop.box;
    for (const { mask, box, quality, stability, point } of kept.map((i) => masks[i])) {
      const whole = placed(mask, [left, top], photo);
      const { x, y } = points[point];
      found.push({
        mask: whole,
        area: areaOf(whole),
        box: [box[0] + left, box[1] + top, box[2] + left, box[3] + top],
        ...{ quality, stability, point: { x: x + left, y: y + top }, crop: crop.box },
      });
    }
    done += points.length;
  }
  const unique = crops.length > 1 ? acrossCrops(found, settings) : found;
  return settings.minMaskRegionArea > 0 ? withoutSmallRegions(unique, settings) : unique;
}

const filterOf = (settings: EverythingSettings, { box: crop }: Crop, photo: PhotoWords) => ({
  batch: settings.pointsPerBatch,
  quality: settings.predIouThresh,
  stability: settings.stabilityScoreThresh,
  offset: settings.stabilityScoreOffset,
  keeps: (box: PixelBox) => !isCutOff(box, crop, photo),
});

/** Uses an embedding, and releases it. */
async function released<T>(embedding: Embedding, work: (embedding: Embedding) => Promise<T>): Promise<T> {
  try {
    return await work(embedding);
  } finally {
    embedding.release();
  }
}

/** Of masks of different crops that are alike, that of the smallest crop stays. */
function acrossCrops(found: readonly FoundMask[], { cropNmsThresh }: EverythingSettings): FoundMask[] {
  const score = ({ crop: [left, top, right, bottom] }: FoundMask): number => 1 / ((right - left) * (bottom - top));
  const boxes = found.map(({ box }) => box);
  return suppress(boxes, found.map(score), cropNmsThresh).map((i) => found[i]);
}

/** Removes small holes and islands. Masks may be alike afterwards; then one that was not changed stays. */
function withoutSmallRegions(found: readonly FoundMask[], settings: EverythingSettings): FoundMask[] {
  const { minMaskRegionArea, boxNmsThresh, cropNmsThresh } = settings;
  const cleaned = found.map((one) => {
    const { width, height } = one.mask;
    const pixels = maskOf(one.mask);
    if (!removeSmallRegions(pixels, width, minMaskRegionArea)) return { one, changed: false };
    const mask = runsOf(pixels, { width, height });
    return { one: { ...one, mask, area: areaOf(mask), box: boxOf(mask) }, changed: true };
  });
  const kept = suppress(
    cleaned.map(({ one }) => one.box),
    cleaned.map(({ changed }) => (changed ? 0 : 1)),
    Math.max(boxNmsThresh, cropNmsThresh),
  );
  return kept.map((i) => cleaned[i].one);
}
