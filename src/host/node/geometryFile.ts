/** Decodes depth maps and point maps that belong to a photo from files. */
import { type Axes, decodeNpy, decodeObjPointMap, resampleNearest, turnAxes } from '../../io/index.ts';
import type { PointMap } from '../../pipeline/session/options.ts';
import { messageOf, UserError } from '../errors.ts';
import {
  decoded,
  expectSize,
  type ImageSource,
  type InputFile,
  inspect,
  openImage,
  type PhotoSizes,
  readSource,
} from './imageFile.ts';

const HOW_TO_EXPORT = 'Export it again with a line "v x y z" for each pixel of the photo, row by row.';

export interface DepthMap {
  /** [photo.height, photo.width] meters; NaN for pixels without depth. */
  meters: Float32Array;
  /** Number of pixels without depth. */
  missing: number;
}

const HOW_TO_STORE = 'Store millimeters in a 16-bit PNG, or meters in a float32 .npy file.';

/**
 * Decodes a depth map: a 16-bit gray PNG (0 = no depth) or a .npy array. Without `scale`, whole numbers are millimeters, and others
 * meters. Values that are not positive finite numbers become NaN and are counted in `missing`. The map must be as large as the photo's
 * file, or as the photo after it was reduced; it gets the size of the photo (nearest pixel).
 * @param scale meters of a value of 1
 * @throws UserError if the file has another format or another size, or holds no depth
 */
export async function decodeDepth(source: ImageSource, photo: PhotoSizes, scale?: number): Promise<DepthMap> {
  const file = await readSource(source, 'depth map');
  const isNpy = file.bytes[0] === 0x93;
  const { width, height, values, isInteger } = isNpy ? depthOfNpy(file) : await depthOfPng(file, photo);
  expectSize(file.name, { width, height }, photo);
  const metersOf = scale !== undefined ? times(scale) : isInteger ? millimeters : times(1);
  const known = values.map((value) => (value > 0 && value < Infinity ? metersOf(value) : NaN));
  const meters = resampleNearest(known, { width, height }, photo);
  const missing = meters.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  if (missing === meters.length) {
    throw new UserError(`The ${file.name} has no depth: no value is a positive finite number.`, { hint: HOW_TO_STORE });
  }
  return { meters, missing };
}

/**
 * Reads a point map: an .obj file with one vertex for each pixel of the photo's file, or of the photo after it was reduced, row by row.
 * Its axes are turned to those of the camera: x right, y down, z forward.
 * @param axes which axes of the file those are
 * @throws UserError if it cannot be read, does not fit the photo, or holds no point
 */
export async function decodePointMap(
  source: ImageSource,
  photo: PhotoSizes,
  axes?: Axes,
): Promise<PointMap & { missing: number }> {
  const file = await readSource(source, 'point cloud');
  const sizes = [...(photo.original ? [photo.original] : []), { width: photo.width, height: photo.height }];
  try {
    const { xyz, size } = decodeObjPointMap(file.bytes, sizes);
    const turned = axes ? turnAxes(xyz, axes) : xyz;
    const map = resampleNearest(turned, size, photo, 3);
    let missing = 0;
    for (let i = 0; i < map.length; i += 3) if (Number.isNaN(map[i])) missing++;
    if (missing < photo.width * photo.height) return { xyz: map, missing };
  } catch (error) {
    throw new UserError(`The ${file.name} cannot be used. ${messageOf(error)}`, { hint: HOW_TO_EXPORT, cause: error });
  }
  throw new UserError(`The ${file.name} has no points: no vertex is finite and other than 0 0 0.`, {
    hint: HOW_TO_EXPORT,
  });
}

const times = (scale: number) => (value: number) => value * scale;
/** Dividing rounds once, multiplying by 0.001 twice. */
const millimeters = (value: number): number => value / 1000;

/** The values of a file, not yet in meters. */
interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
  /** Whether the file holds whole numbers. */
  readonly isInteger: boolean;
}

function depthOfNpy({ bytes, name }: InputFile): Decoded {
  try {
    return decodeNpy(bytes);
  } catch (error) {
    throw new UserError(`The ${name} cannot be read. ${messageOf(error)}`, { hint: HOW_TO_STORE, cause: error });
  }
}

async function depthOfPng(file: InputFile, photo: PhotoSizes): Promise<Decoded> {
  const { format, depth, channels, width, height } = await inspect(file);
  if (format !== 'png' || depth !== 'ushort' || channels !== 1) {
    throw new UserError(
      `The ${file.name} must be a 16-bit gray PNG; it is ${format} with ${channels} channel(s) of type ${depth}.`,
      { hint: HOW_TO_STORE },
    );
  }
  // Before anything is decoded: a small file may claim any size.
  expectSize(file.name, { width, height }, photo);
  const raw = openImage(file).toColorspace('grey16').raw({ depth: 'ushort' });
  const { data, info } = await decoded(file, raw.toBuffer({ resolveWithObject: true }));
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = Float32Array.from({ length: info.width * info.height }, (_, i) => view.getUint16(2 * i, true));
  return { width: info.width, height: info.height, values, isInteger: true };
}
