/**
 * The frames of a category of CO3D, from the text of its frame_annotations.jgz: which photo, mask, depth and camera belong together.
 * Format: `FrameAnnotation` in the data set's co3d/dataset/data_types.py.
 */
import { Co3dError } from './error.ts';
import { type Co3dViewpoint, viewpointOf } from './viewpoint.ts';

/** A photo of a sequence, and what belongs to it. Paths go from the folder of all categories. */
export interface Co3dFrame {
  readonly sequence: string;
  readonly number: number;
  readonly photo: string;
  /** Width and height of the photo's file. */
  readonly size: { readonly width: number; readonly height: number };
  /** 8-bit PNG: 255 times the probability that a pixel is on the object. */
  readonly mask: string;
  /** 16-bit PNG whose bits are halves; times `depthScale` they are depth. */
  readonly depth: string;
  readonly depthScale: number;
  readonly viewpoint: Co3dViewpoint;
}

/** Parses the list of all frames. @throws Co3dError unless it is a list of objects with a sequence and a number */
export function parseFrames(text: string): readonly unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Co3dError('The annotations are not JSON.', { cause: error });
  }
  if (Array.isArray(list) && list.length > 0 && list.every((entry) => keyOf(entry) !== undefined)) return list;
  throw new Co3dError('The annotations are not a list of frames, each with "sequence_name" and "frame_number".');
}

/** What a frame is called: `SEQUENCE/NUMBER`; undefined for an entry that is no frame. */
function keyOf(entry: unknown): string | undefined {
  const { sequence_name: sequence, frame_number: number } = Object(entry) as Record<string, unknown>;
  return typeof sequence === 'string' && Number.isInteger(number) ? `${sequence}/${String(number)}` : undefined;
}

/** Maximum number of names in a message. */
const LISTED = 5;

/**
 * Finds a frame.
 * @param key `SEQUENCE/NUMBER`
 * @throws Co3dError with the nearest names if it is not there, or lacks photo, mask, depth or camera
 */
export function frameOf(list: readonly unknown[], key: string): Co3dFrame {
  const entry = list.find((one) => keyOf(one) === key);
  if (entry !== undefined) return readFrame(entry, key);
  const [sequence] = key.split('/');
  const keys = list.map((one) => keyOf(one)!);
  const sequences = [...new Set(keys.map((one) => one.slice(0, one.lastIndexOf('/'))))];
  if (sequences.includes(sequence)) {
    const numbers = keys.filter((one) => one.startsWith(`${sequence}/`)).map((one) => one.slice(sequence.length + 1));
    const wanted = Number(key.slice(sequence.length + 1));
    const near = numbers.sort((a, b) => Math.abs(Number(a) - wanted) - Math.abs(Number(b) - wanted)).slice(0, LISTED);
    throw new Co3dError(
      `There is no frame ${key}. Sequence ${sequence} has ${numbers.length} frames; the nearest are ${near.join(', ')}.`,
    );
  }
  const near = sequences.sort((a, b) => commonStart(b, sequence) - commonStart(a, sequence)).slice(0, LISTED);
  throw new Co3dError(
    `There is no sequence ${sequence} among ${sequences.length}. The most similar names are ${near.join(', ')}. ` +
      'A frame is called SEQUENCE/NUMBER.',
  );
}

/** Number of characters that two names begin with. */
function commonStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

function readFrame(entry: unknown, key: string): Co3dFrame {
  const { sequence_name: sequence, frame_number: number, image, mask, depth, viewpoint } = entry as FrameEntry;
  const missing = Object.entries({ image, mask, depth, viewpoint }).find(([, part]) => !part)?.[0];
  if (missing) throw new Co3dError(`Frame ${key} has no "${missing}".`);
  const [height, width] = Array.isArray(image!.size) ? (image!.size as number[]) : [];
  const depthScale = Number(depth!.scale_adjustment);
  const isWhole =
    [image, mask, depth].every((part) => typeof part!.path === 'string') &&
    [height, width].every((side) => Number.isInteger(side) && side > 0) &&
    depthScale > 0 &&
    depthScale < Infinity;
  if (!isWhole) {
    throw new Co3dError(
      `Frame ${key} lacks one of: paths of image, mask and depth; the image's "size" [height, width]; a "scale_adjustment" above 0.`,
    );
  }
  const size = { width, height };
  return {
    ...{ sequence, number, size, depthScale },
    photo: image!.path!,
    mask: mask!.path!,
    depth: depth!.path!,
    viewpoint: viewpointOf(viewpoint!, size, key),
  };
}

/** The fields of an annotation that are read. */
interface FrameEntry {
  readonly sequence_name: string;
  readonly frame_number: number;
  readonly image?: { readonly path?: string; readonly size?: unknown };
  readonly mask?: { readonly path?: string };
  readonly depth?: { readonly path?: string; readonly scale_adjustment?: unknown };
  readonly viewpoint?: Record<string, unknown>;
}
