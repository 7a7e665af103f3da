/**
 * JSON files with all masks of a photo: a list of results as in COCO, with the fields that SAM's own mask generator
 * writes.
 */
import type { FoundMask } from '../../pipeline/everything/foundMask.ts';
import type { MaskRuns, PixelBox } from '../../pipeline/maskRuns.ts';
import { CocoError, decodeRle, encodeRle, type CocoRle } from './rle.ts';
import { parseJson, segmentationOf } from './stored.ts';

/** One mask of the file. Coordinates are in pixels of the photo that the mask has the size of. */
export interface CocoResult {
  /** Its number: 1, 2, 3 and so on. */
  readonly id: number;
  readonly segmentation: CocoRle;
  /** Number of pixels. */
  readonly area: number;
  /** Left, top, width and height. As in SAM's files, the width is the last column minus the first. */
  readonly bbox: readonly number[];
  readonly predicted_iou: number;
  readonly point_coords: readonly (readonly number[])[];
  readonly stability_score: number;
  /** Left, top, width and height of the part of the photo that the network saw. */
  readonly crop_box: readonly number[];
}

const withSides = ([left, top, right, bottom]: PixelBox): number[] => [left, top, right - left, bottom - top];

/** The results of a photo, numbered in their order. */
const cocoResults = (found: readonly FoundMask[]): CocoResult[] =>
  found.map(({ mask, area, box, quality, stability, point, crop }, i) => ({
    id: i + 1,
    segmentation: encodeRle(mask),
    area,
    bbox: withSides(box),
    predicted_iou: quality,
    point_coords: [[point.x, point.y]],
    stability_score: stability,
    crop_box: withSides(crop),
  }));

/** The text of a file of results: a mask per line. */
export const encodeCocoResults = (found: readonly FoundMask[]): string =>
  `[${cocoResults(found)
    .map((result) => `\n  ${JSON.stringify(result)}`)
    .join(',')}\n]\n`;

/** A mask of a file, with its number. */
export interface NumberedMask {
  /** The field `id`, else its place in the list, from 1. */
  readonly id: number;
  readonly mask: MaskRuns;
}

/**
 * Reads the masks of a file of results, with compressed or uncompressed runs.
 * @throws CocoError if the text is no list of results, or a mask is damaged: it says which
 */
export function decodeCocoResults(text: string): NumberedMask[] {
  const list = parseJson(text);
  if (!Array.isArray(list)) {
    throw new CocoError('This is no list of masks. Give a file that `unflat segment --everything` has written.');
  }
  return list.map((result: unknown, i) => {
    const { id = i + 1 } = Object(result) as Partial<CocoResult>;
    const segmentation = segmentationOf(result);
    if (!segmentation || !('counts' in segmentation)) {
      throw new CocoError(`Mask ${i + 1} of the list has no "segmentation" with "size" and "counts".`);
    }
    try {
      return { id, mask: decodeRle(segmentation) };
    } catch (error) {
      throw new CocoError(`Mask ${i + 1} of the list is damaged. ${(error as Error).message}`, { cause: error });
    }
  });
}
