/**
 * The masks of a JSON file: a list of results, COCO's data sets (`images` and `annotations`), or SA-1B (`image` and
 * `annotations`). They are decoded one by one, for files may hold many.
 */
import type { MaskRuns } from '../../pipeline/maskRuns.ts';
import type { Size } from '../../pipeline/photo.ts';
import { polygonMask } from './polygon.ts';
import { CocoError, decodeRle, type CocoRle } from './rle.ts';

/** Runs of either form, or polygons. */
export type Segmentation = CocoRle | readonly (readonly number[])[];

/** A mask as it lies in a file. */
export interface StoredMask {
  /** The field `id`, else its place in the list, from 1. */
  readonly id: number | string;
  readonly segmentation: Segmentation;
  /** Size of its photo, if the file says so. */
  readonly size?: Size;
}

/**
 * The masks of a photo.
 * @param photo name of the photo without folder and ending; it is looked for if the file is about several
 * @throws CocoError if the text is no such file, an entry has no mask, or the photo is not in it
 */
export function storedMasks(text: string, photo: string | undefined): StoredMask[] {
  const value = parseJson(text);
  if (Array.isArray(value)) return value.map((entry, i) => storedMask(entry, i));
  const { images, annotations } = Object(value) as Record<string, unknown>;
  if (!Array.isArray(annotations)) {
    throw new CocoError('It holds no masks: it is neither a list of them, nor has it "annotations".');
  }
  if (!Array.isArray(images)) return annotations.map((entry, i) => storedMask(entry, i));
  const image = imageOf(images, photo);
  return annotations
    .filter((entry) => (Object(entry) as { image_id?: unknown }).image_id === image.id)
    .map((entry, i) => storedMask(entry, i, sizeOf(image)));
}

/** The pixels of a stored mask. @param photo size for polygons whose file has none @throws CocoError if it is damaged */
export function decodeStored({ id, segmentation, size }: StoredMask, photo: Size): MaskRuns {
  try {
    return 'counts' in segmentation ? decodeRle(segmentation) : polygonMask(segmentation, size ?? photo);
  } catch (error) {
    throw new CocoError(`Mask ${id} is damaged. ${(error as Error).message}`, { cause: error });
  }
}

/** Parses a text. @throws CocoError if it is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CocoError(`This is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** The segmentation of an entry, if it has one. An empty list of polygons is none. */
export function segmentationOf(entry: unknown): Segmentation | undefined {
  const { segmentation } = Object(entry) as { segmentation?: unknown };
  if (isRle(segmentation)) return segmentation;
  const arePolygons =
    Array.isArray(segmentation) &&
    segmentation.length > 0 &&
    segmentation.every((polygon) => Array.isArray(polygon) && polygon.every((value) => typeof value === 'number'));
  return arePolygons ? (segmentation as number[][]) : undefined;
}

/** The size that an entry of `images` gives. */
export function sizeOf(image: unknown): Size | undefined {
  const { width, height } = Object(image) as Record<string, unknown>;
  return isSide(width) && isSide(height) ? { width, height } : undefined;
}

/** Size of a mask, if the file says so. Nothing is decoded. */
export function sizeOfStored({ segmentation, size }: StoredMask): Size | undefined {
  if (!('counts' in segmentation)) return size;
  const [height, width] = segmentation.size;
  return { width, height };
}

function storedMask(entry: unknown, i: number, size?: Size): StoredMask {
  const { id: stored } = Object(entry) as { id?: unknown };
  const id = typeof stored === 'number' || typeof stored === 'string' ? stored : i + 1;
  const segmentation = segmentationOf(entry);
  if (segmentation) return { id, segmentation, ...(size && { size }) };
  throw new CocoError(
    `Mask ${id} of the file has no "segmentation": expected polygons, or runs with "size" and "counts".`,
  );
}

interface Image {
  readonly id?: unknown;
  readonly file_name?: unknown;
}

/** The only image, or the one with the photo's name. */
function imageOf(images: readonly unknown[], photo: string | undefined): Image {
  const all = images.map((image) => Object(image) as Image);
  if (all.length === 1) return all[0];
  const named = all.filter(({ file_name: file }) => typeof file === 'string' && stemOf(file) === photo);
  if (named.length === 1) return named[0];
  const found = named.length === 0 ? 'none' : String(named.length);
  throw new CocoError(`Of its ${all.length} images ${found} have the photo’s name, ${photo ?? 'which is unknown'}.`);
}

const stemOf = (path: string): string => (path.split(/[\\/]/).at(-1) ?? '').replace(/\.[^.]*$/, '');

const isSide = (side: unknown): side is number => Number.isInteger(side) && (side as number) > 0;

function isRle(value: unknown): value is CocoRle {
  const { size, counts } = Object(value) as { size?: unknown; counts?: unknown };
  return (
    Array.isArray(size) &&
    size.length === 2 &&
    size.every(isSide) &&
    (typeof counts === 'string' || (Array.isArray(counts) && counts.every((count) => typeof count === 'number')))
  );
}
