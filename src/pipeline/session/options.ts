/** What a session is asked, and the checks before the networks work for minutes. */
import type { CameraOptions, Intrinsics } from '../camera.ts';
import type { Photo } from '../photo.ts';
import { emptyMask } from '../points/geometry.ts';
import { SWEEPS, type Completer, type CompleteOptions } from '../roles.ts';
import type { PromptBox, PromptPoint, SegmentPrompt } from '../roles.ts';
import { expectPrompt, PromptError } from '../prompts.ts';

/** An option has a value that means nothing. */
export class OptionError extends Error {
  override name = 'OptionError';
}

/** Which object is meant. Box and points are in pixels of the photo's file, also when the photo was reduced while decoding. */
export interface PromptOptions {
  /** Left, top, right, bottom. */
  readonly box?: PromptBox;
  readonly points?: readonly PromptPoint[];
  /** `lowRes` of an earlier candidate, to be refined: alone, or with box and points. */
  readonly previous?: Float32Array;
  /** [height, width] of 0 and 1, of the photo as decoded: a mask that was painted roughly; instead of `previous`. */
  readonly roughMask?: Uint8Array;
  /** Whether to answer with three candidates; by default only for a single point, which may mean a part as well as the whole. */
  readonly multimask?: boolean;
}

/** Depth that the caller brings along: meters [height, width], NaN where unknown, and the camera if it is known better than by EXIF. */
export interface GivenDepth {
  readonly meters: Float32Array;
  readonly camera?: Intrinsics;
}

/** Points of all pixels [height, width, 3], NaN where there is none: instead of depth and camera. */
export interface PointMap {
  readonly xyz: Float32Array;
}

/** Points above a threshold of the object that are handed out while the sweep runs. */
export interface NewPoints {
  /** [n, 3] meters in the photo's camera frame. */
  readonly xyz: Float32Array;
  /** [n, 3] sRGB bytes. */
  readonly rgb: Uint8Array;
}

export interface ObjectOptions extends CompleteOptions {
  /**
   * The object remembers all points with a probability above this, so that `withThreshold` can go down to it. By default
   * 0.05, or the threshold where that is lower; from coarse to fine not less than half the threshold, because there the
   * neighbors of each point above it are asked, too.
   */
  readonly minThreshold?: number;
  /** Gets new points of the object while the sweep runs. */
  readonly onPoints?: (points: NewPoints) => void;
}

/** Without `focal` and `fov`, the camera is that of the photo's EXIF, else one with a field of view of 55 degrees. */
export interface ReconstructOptions extends PromptOptions, CameraOptions, ObjectOptions {
  /** [height, width] of 0 and 1, of the photo as decoded; instead of a prompt. */
  readonly mask?: Uint8Array;
  /** [height, width] meters, NaN where unknown; instead of the depth network. */
  readonly depth?: Float32Array;
  /** Instead of depth and camera. */
  readonly pointMap?: PointMap;
  /** Whether to draw a preview; by default yes. */
  readonly render?: boolean;
}

/** A photo made by hand may not hold what it says. @throws OptionError */
export function expectPhoto({ width, height, rgba }: Photo): void {
  const isSide = (n: number): boolean => Number.isInteger(n) && n > 0;
  if (isSide(width) && isSide(height) && rgba.length === 4 * width * height) return;
  throw new OptionError(
    `The photo is said to have ${width} x ${height} pixels and has ${rgba.length} bytes. ` +
      'Give four bytes (red, green, blue, 255) for each pixel, row by row.',
  );
}

/** @throws OptionError for a camera that cannot be */
export function expectCamera({ focal, fov }: CameraOptions): void {
  if (focal !== undefined && !(focal > 0 && focal < Infinity)) {
    throw new OptionError(`The focal length is ${focal}. Give a positive number of pixels.`);
  }
  if (fov !== undefined && !(fov > 0 && fov < 180)) {
    throw new OptionError(`The field of view is ${fov}. Give degrees between 0 and 180.`);
  }
}

/** @throws PromptError if nothing says which object is meant, or it does not fit the photo; GeometryError for an empty mask */
export function expectObject(photo: Photo, prompt: PromptOptions & { readonly mask?: Uint8Array }): void {
  const { box, points, mask, previous, roughMask } = prompt;
  if (mask) return expectMask(photo, mask);
  if (roughMask) expectMask(photo, roughMask);
  if (roughMask && previous) {
    throw new PromptError('There are a rough mask and an earlier answer to refine. Give one of the two.');
  }
  // A rough mask alone is a prompt.
  if (roughMask && !box && !points?.length) return;
  expectPrompt({ points, boxes: box && [box], maskInput: previous }, photo.original ?? photo);
}

/** @throws PromptError if the mask is not of the photo's size; GeometryError if it is empty */
export function expectMask(photo: Photo, mask: Uint8Array): void {
  if (mask.length !== photo.width * photo.height) {
    throw new PromptError(
      `The mask has ${mask.length} pixels, the photo ${photo.width} x ${photo.height}. Give a mask of the photo's size.`,
    );
  }
  if (!mask.some((value) => value !== 0)) throw emptyMask();
}

/** @throws OptionError if depth or point map are not of the photo's size */
export function expectGeometry(
  photo: Photo,
  { depth, pointMap }: Pick<ReconstructOptions, 'depth' | 'pointMap'>,
): void {
  const pixels = photo.width * photo.height;
  const where = `the photo has ${photo.width} x ${photo.height} pixels`;
  if (depth && depth.length !== pixels) {
    throw new OptionError(`The depth has ${depth.length} values, ${where}. Give one for each pixel, row by row.`);
  }
  if (pointMap && pointMap.xyz.length !== 3 * pixels) {
    throw new OptionError(
      `The point map has ${pointMap.xyz.length} numbers, ${where}. Give x, y and z for each pixel, row by row.`,
    );
  }
}

/** @throws OptionError, GridError */
export function expectObjectOptions(completer: Completer, options: ObjectOptions): void {
  const { threshold, minThreshold, temperature, sweep } = options;
  completer.measure(options);
  if (sweep !== undefined && !SWEEPS.includes(sweep)) {
    throw new OptionError(`The sweep is ${String(sweep)}. Give ${SWEEPS.map((name) => `'${name}'`).join(' or ')}.`);
  }
  for (const [name, value] of Object.entries({ threshold, minThreshold })) {
    if (value !== undefined && !(value > 0 && value < 1)) {
      throw new OptionError(`The ${name} is ${value}; it is a probability. Give a number between 0 and 1.`);
    }
  }
  if (minThreshold !== undefined && minThreshold > (threshold ?? completer.threshold)) {
    throw new OptionError(
      `The minThreshold is ${minThreshold}, above the threshold of ${threshold ?? completer.threshold}. Give a lower number.`,
    );
  }
  if (temperature !== undefined && !(temperature > 0 && temperature < Infinity)) {
    throw new OptionError(`The temperature is ${temperature}. Give a positive number such as 0.1.`);
  }
}

/** A prompt in pixels of the photo's file -> in pixels of the decoded photo. */
export function inDecoded(photo: Photo, { box, points, ...rest }: PromptOptions): SegmentPrompt {
  const { width, height } = photo.original ?? photo;
  const [scaleX, scaleY] = [photo.width / width, photo.height / height];
  return {
    box: box && [box[0] * scaleX, box[1] * scaleY, box[2] * scaleX, box[3] * scaleY],
    points: points?.map(({ x, y, label }) => ({ x: x * scaleX, y: y * scaleY, label })),
    previous: rest.previous,
    roughMask: rest.roughMask,
    multimask: rest.multimask,
  };
}
