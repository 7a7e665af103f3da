/** The objects of a COCO file (`images` and `annotations`): each annotation has a mask, or its box is a prompt. */
import { dirname, join, parse } from 'node:path';
import { EXIT, UserError } from '../../../host/errors.ts';
import { type Segmentation, segmentationOf, sizeOf } from '../../../io/index.ts';
import type { PromptBox } from '../../../pipeline/roles.ts';
import type { ObjectOptions } from '../../objectOptions.ts';
import type { Item } from './item.ts';

interface Image {
  readonly id: number | string;
  readonly file_name: string;
}

interface Annotation {
  readonly id: number | string;
  readonly image_id: number | string;
  /** Left, top, width and height in pixels. */
  readonly bbox?: unknown;
  readonly segmentation?: unknown;
}

/**
 * An object for each annotation, named after its photo and its id, as `kitchen_17`.
 * @param path of the file; photos lie in its folder, or where their names say from there
 * @throws UserError that names the first entry that is wrong
 */
export function cocoItems(path: string, text: string, options: ObjectOptions): Item[] {
  const fail = (what: string): never => {
    throw new UserError(`The list ${path} is wrong.\n  ${what}`, {
      hint: 'A COCO file has "images" with "id" and "file_name", and "annotations" with "id", "image_id" and "segmentation" or "bbox".',
      exitCode: EXIT.usage,
    });
  };
  const { images, annotations } = Object(parsed(text) ?? fail('It is not JSON.')) as Record<string, unknown>;
  if (!Array.isArray(images) || !Array.isArray(annotations)) return fail('It has no "images" and "annotations".');
  const photos = new Map<unknown, Image>();
  images.forEach((image: unknown, i) => {
    photos.set(isImage(image) ? image.id : fail(`Image ${i + 1} has no "id" and "file_name".`), image as Image);
  });
  return annotations.map((annotation: unknown, i) => {
    if (!isAnnotation(annotation)) return fail(`Annotation ${i + 1} has no "id" and "image_id".`);
    const shape =
      shapeOf(annotation) ??
      fail(`Annotation ${i + 1} has no "bbox" with an area, and no "segmentation" that is polygons or runs.`);
    const image = photos.get(annotation.image_id);
    if (!image) return fail(`Annotation ${i + 1} is of an image ${annotation.image_id}, which there is not.`);
    const { dir, name } = parse(image.file_name);
    const { segmentation, box } = shape;
    const size = sizeOf(image);
    const object = segmentation
      ? { mask: path, pick: String(annotation.id), box: undefined }
      : { mask: undefined, pick: undefined, box };
    return {
      name: `${dir === '' ? '' : `${dir}/`}${name}_${annotation.id}`,
      photo: join(dirname(path), image.file_name),
      where: `annotation ${annotation.id}`,
      options: { ...options, ...object, point: undefined },
      ...(segmentation && { stored: { id: annotation.id, segmentation, ...(size && { size }) } }),
    };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isId = (id: unknown): boolean => typeof id === 'number' || typeof id === 'string';

function isImage(value: unknown): value is Image {
  const { id, file_name: file } = Object(value) as Record<string, unknown>;
  return isId(id) && typeof file === 'string' && file !== '';
}

function isAnnotation(value: unknown): value is Annotation {
  const { id, image_id: image } = Object(value) as Record<string, unknown>;
  return isId(id) && isId(image);
}

/** The mask of an annotation, else its box. A segmentation that is neither polygons nor runs is an error, and no reason for the box. */
function shapeOf(annotation: Annotation): { segmentation?: Segmentation; box?: PromptBox } | undefined {
  const segmentation = segmentationOf(annotation);
  if (segmentation) return { segmentation };
  const { segmentation: other, bbox } = annotation;
  const isMissing = (other ?? undefined) === undefined || (Array.isArray(other) && other.length === 0);
  if (!isMissing || !Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite)) return undefined;
  const [left, top, width, height] = bbox as number[];
  return width > 0 && height > 0 ? { box: [left, top, left + width, top + height] } : undefined;
}
