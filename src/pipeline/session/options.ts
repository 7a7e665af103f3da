/** The options of a session's methods, and their checks. Checks run first, because the networks may take minutes. */
import type { CameraOptions, Intrinsics } from '../camera.ts';
import type { ColoredPoints } from '../coloredPoints.ts';
import { MIN_FACES, TEXTURE_RANGE } from '../defaults.ts';
import { OptionError } from '../optionError.ts';
import type { Photo } from '../photo.ts';
import { emptyMask } from '../points/geometry.ts';
import { SWEEPS, type Completer, type CompleteOptions } from '../roles.ts';
import type { PromptBox, PromptPoint, SegmentPrompt } from '../roles.ts';
import { clippedBox, expectPrompt, PromptError } from '../prompts.ts';

/**
 * Which object is meant. Box and points are in pixels of the photo's file, also if the photo was reduced while
 * decoding.
 */
export interface PromptOptions {
  /** [left, top, right, bottom]. */
  readonly box?: PromptBox;
  readonly points?: readonly PromptPoint[];
  /** `lowRes` of an earlier candidate, to be refined; alone, or with box and points. */
  readonly previous?: Float32Array;
  /** A roughly painted mask, [height, width] of the decoded photo, 0 or 1, to be refined. Not with `previous`. */
  readonly roughMask?: Uint8Array;
  /** Whether to return three candidates. By default only for a single point, which may mean a part or the whole. */
  readonly multimask?: boolean;
}

/** Depth from the caller. */
export interface GivenDepth {
  /** [height, width] of the decoded photo, in meters along the optical axis; NaN where unknown. */
  readonly meters: Float32Array;
  /** By default the camera that EXIF describes, else one with a field of view of 55 degrees. */
  readonly camera?: Intrinsics;
  /**
   * Whether a network estimated the depth. The mesh then takes its details from it, and its place from the completing
   * network where the two differ. False by default: the mesh goes through what was measured.
   */
  readonly estimated?: boolean;
}

/** A point map from the caller, in place of depth and camera. */
export interface PointMap {
  /**
   * [height, width, 3] of the decoded photo, in the camera's frame, in meters or another unit; NaN where there is no
   * point.
   */
  readonly xyz: Float32Array;
  /** As in `GivenDepth`. */
  readonly estimated?: boolean;
}

/** Options of the completed object. */
export interface ObjectOptions extends CompleteOptions {
  /**
   * The object keeps all points with a probability above this one, so that `withThreshold` can go down to it. By
   * default the threshold itself: all points near those above it are queried, so a lower one takes longer. With
   * `sweep: 'full'`, where that is free, 0.05 or the threshold if that is lower.
   */
  readonly minThreshold?: number;
  /**
   * Gets the points above `threshold` that were found since the last call, while the sweep runs. They are in meters in
   * the camera's frame.
   */
  readonly onPoints?: (points: ColoredPoints) => void;
}

/** Options of the object's mesh. */
export interface MeshOptions {
  /** Number of triangles, about; 50,000 by default. */
  readonly faces?: number;
  /** Width and height of the texture in pixels; 1024 by default. With 0 there is none: only vertices have colors. */
  readonly texture?: number;
  /** Whether the visible side follows the photo's depth; true by default. Else the surface is the network's alone. */
  readonly fuseDepth?: boolean;
}

/**
 * Options of the whole chain. Without `camera`, `focal` and `fov`, EXIF gives the camera, else it has a field of view of
 * 55 degrees.
 */
export interface ReconstructOptions extends PromptOptions, CameraOptions, ObjectOptions, MeshOptions {
  /**
   * Whether everything that the photo shows is completed, instead of one object: there is no prompt and no mask, and the
   * result has no mesh. It needs weights of a network for scenes. False by default.
   */
  readonly scene?: boolean;
  /** Mask of the object, [height, width] of the decoded photo, not 0 on the object. It replaces the prompt. */
  readonly mask?: Uint8Array;
  /** Depth [height, width] of the decoded photo, in meters, NaN where unknown. It replaces the depth network. */
  readonly depth?: Float32Array;
  /** Whether a network estimated `depth`, as in `GivenDepth`. */
  readonly estimated?: boolean;
  /** It replaces depth and camera. */
  readonly pointMap?: PointMap;
  /** Whether to make a mesh; true by default. A scene has none. */
  readonly mesh?: boolean;
  /** Whether to draw a preview; true by default. */
  readonly render?: boolean;
}

/** @throws OptionError unless the photo has width x height x 4 bytes */
export function expectPhoto({ width, height, rgba }: Photo): void {
  const isSide = (n: number): boolean => Number.isInteger(n) && n > 0;
  if (isSide(width) && isSide(height) && rgba.length === 4 * width * height) return;
  throw new OptionError(
    `The photo has ${width} x ${height} pixels and ${rgba.length} bytes. ` +
      'Give four bytes (red, green, blue, 255) for each pixel, row by row.',
  );
}

/** @throws OptionError unless focal lengths are positive, the principal point is finite, and the field of view between 0 and 180 degrees */
export function expectCamera({ camera, focal, fov }: CameraOptions): void {
  if (camera && !(camera.fx > 0 && camera.fy > 0 && Object.values(camera).every(Number.isFinite))) {
    const { fx, fy, cx, cy } = camera;
    throw new OptionError(
      `The camera is fx ${fx}, fy ${fy}, cx ${cx}, cy ${cy}. Give positive focal lengths and a finite principal point, in pixels.`,
    );
  }
  if (focal !== undefined && !(focal > 0 && focal < Infinity)) {
    throw new OptionError(`The focal length is ${focal}. Give a positive number of pixels.`);
  }
  if (fov !== undefined && !(fov > 0 && fov < 180)) {
    throw new OptionError(`The field of view is ${fov}. Give degrees between 0 and 180.`);
  }
}

/**
 * @throws PromptError if there is neither prompt nor mask, it does not fit the photo, or a scene has one; GeometryError for
 *   an empty mask
 */
export function expectObject(photo: Photo, prompt: PromptOptions & Pick<ReconstructOptions, 'mask' | 'scene'>): void {
  const { box, points, mask, previous, roughMask } = prompt;
  if (prompt.scene) {
    const given = Object.entries({ box, points, mask, previous, roughMask }).find(([, value]) => value !== undefined);
    if (!given) return;
    throw new PromptError(
      `A scene is everything that the photo shows, and ${given[0]} means one object. Leave out ${given[0]} or scene.`,
    );
  }
  if (mask) return expectMask(photo, mask);
  if (roughMask) expectMask(photo, roughMask);
  if (roughMask && previous) {
    throw new PromptError('There are both a rough mask and an earlier answer to refine. Give one of the two.');
  }
  // A rough mask alone is a prompt.
  if (roughMask && !box && !points?.length) return;
  expectPrompt({ points, boxes: box && [box], maskInput: previous }, photo.original ?? photo);
}

/** @throws PromptError unless the mask has the photo's size; GeometryError if it is empty */
export function expectMask(photo: Photo, mask: Uint8Array): void {
  if (mask.length !== photo.width * photo.height) {
    throw new PromptError(
      `The mask has ${mask.length} pixels, the photo ${photo.width} x ${photo.height}. Give a mask of the photo's size.`,
    );
  }
  if (!mask.some((value) => value !== 0)) throw emptyMask();
}

/** @throws OptionError unless depth and point map have the photo's size */
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

/** @throws OptionError for an invalid threshold or temperature; GridError for an invalid grid */
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

/** @throws OptionError for a number of faces or a texture that cannot be */
export function expectMeshOptions({ faces, texture }: MeshOptions): void {
  if (faces !== undefined && !(Number.isInteger(faces) && faces >= MIN_FACES)) {
    throw new OptionError(
      `The number of faces is ${faces}. Give a whole number of at least ${MIN_FACES}, such as 50000.`,
    );
  }
  const [smallest, largest] = TEXTURE_RANGE;
  if (texture === undefined || texture === 0) return;
  if (!Number.isInteger(texture) || texture < smallest || texture > largest) {
    throw new OptionError(
      `The texture is ${texture} pixels wide. Give a whole number from ${smallest} to ${largest}, or 0 for no texture.`,
    );
  }
}

/** A prompt in pixels of the photo's file -> in pixels of the decoded photo. */
export function inDecoded(photo: Photo, { box, points, ...rest }: PromptOptions): SegmentPrompt {
  const { width, height } = photo.original ?? photo;
  const [scaleX, scaleY] = [photo.width / width, photo.height / height];
  const inPhoto = box && clippedBox(box, { width, height });
  return {
    box: inPhoto && [inPhoto[0] * scaleX, inPhoto[1] * scaleY, inPhoto[2] * scaleX, inPhoto[3] * scaleY],
    points: points?.map(({ x, y, label }) => ({ x: x * scaleX, y: y * scaleY, label })),
    previous: rest.previous,
    roughMask: rest.roughMask,
    multimask: rest.multimask,
  };
}
