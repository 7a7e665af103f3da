/** Decodes photos, masks, depth maps and point maps from files; images are decoded by sharp. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { decodeNpy, decodeObjPointMap, millimetersToDepth, type PointMap } from '../../io/index.ts';
import type { Photo, Size } from '../../pipeline/photo.ts';
import { messageOf, UserError } from '../errors.ts';
import { readFocalLength } from '../focalLength.ts';
import { MAX_DECODED_PIXELS, reducedNotice, reducedSize } from '../photoSize.ts';
import { reasonOf } from './fileErrors.ts';

/** A path, or the bytes of a file. */
export type ImageSource = string | Uint8Array;

/** Pixel formats. sharp can also render SVG and PDF, which are not photos. */
const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif'];

export interface DepthMap {
  width: number;
  height: number;
  /** [height, width] meters; NaN for pixels without depth. */
  meters: Float32Array;
  /** Number of pixels without depth. */
  missing: number;
}

/**
 * Decodes a photo to RGBA bytes: orientation applied, colors converted to sRGB, gray replicated, alpha dropped (not blended).
 * A photo that is too large for one GPU binding is reduced; a notice in `notices` says so.
 * @throws UserError if the file cannot be read, is not an image, is damaged, or has more than 268 megapixels
 */
export async function decodePhoto(source: ImageSource): Promise<Photo> {
  const file = await readSource(source, 'photo');
  const { width, height } = (await inspect(file.bytes, file.name)).autoOrient;
  const to = reducedSize(width, height);
  let image = open(file.bytes).autoOrient();
  if (to) image = image.resize(to.width, to.height, { fit: 'fill', kernel: 'lanczos3' });
  image = image.toColorspace('srgb').removeAlpha().ensureAlpha();
  const { data, info } = await decode(image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }), file.name);
  const exif = readFocalLength(file.bytes);
  const notices = [...(to ? [reducedNotice({ width, height }, to)] : []), ...(exif.notice ? [exif.notice] : [])];
  return {
    width: info.width,
    height: info.height,
    rgba: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    name: typeof source === 'string' ? basename(source, extname(source)) : 'photo',
    ...(exif.focal35mm !== undefined && { focal35mm: exif.focal35mm }),
    ...(to && { original: { width, height } }),
    ...(notices.length > 0 && { notices }),
  };
}

/**
 * Decodes a mask for a photo: 1 where the gray value is above half of the brightest one. So a mask may hold 0 and 255, 0 and 1,
 * or soft edges.
 * The mask must be as large as the photo's file. If the photo was reduced, the mask is reduced to the same size (nearest pixel).
 * @returns [photo.height, photo.width] of 0 and 1
 * @throws UserError if the file is not an image, has another size, or is black
 */
export async function decodeMask(
  source: ImageSource,
  photo: Pick<Photo, 'width' | 'height' | 'original'>,
): Promise<Uint8Array> {
  const file = await readSource(source, 'mask');
  const { width, height } = (await inspect(file.bytes, file.name)).autoOrient;
  expectSize(file.name, { width, height }, photo.original ?? photo);
  let image = open(file.bytes).autoOrient();
  if (photo.original) image = image.resize(photo.width, photo.height, { fit: 'fill', kernel: 'nearest' });
  const gray = image.removeAlpha().toColorspace('b-w').raw({ depth: 'uchar' });
  const { data } = await decode(gray.toBuffer({ resolveWithObject: true }), file.name);
  const brightest = data.reduce((max, value) => Math.max(max, value), 0);
  if (brightest === 0) {
    throw new UserError(`The ${file.name} is empty: every pixel is black.`, {
      hint: 'Paint the object white and everything else black.',
    });
  }
  return Uint8Array.from(data, (value) => (value > brightest / 2 ? 1 : 0));
}

/**
 * Decodes a depth map: a 16-bit gray PNG in millimeters (0 = no depth), or a .npy array in meters.
 * Values that are not positive finite numbers become NaN and are counted in `missing`.
 * @throws UserError if the file has another format or another size than the photo, or holds no depth
 */
export async function decodeDepth(source: ImageSource, photo: Pick<Photo, 'width' | 'height'>): Promise<DepthMap> {
  const file = await readSource(source, 'depth map');
  const isNpy = file.bytes[0] === 0x93;
  const { width, height, values } = isNpy
    ? readNpy(file.bytes, file.name)
    : await decodeDepthPng(file.bytes, file.name);
  expectSize(file.name, { width, height }, photo);
  const meters = values.map((value) => (value > 0 && value < Infinity ? value : NaN));
  const missing = meters.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  if (missing === meters.length) {
    throw new UserError(`The ${file.name} has no depth: no value is a positive finite number.`, {
      hint: 'Store millimeters in a 16-bit PNG, or meters in a float32 .npy file.',
    });
  }
  return { width, height, meters, missing };
}

/**
 * Reads a point map: an .obj file with one vertex for each pixel, row by row.
 * @throws UserError if it cannot be read, does not fit the photo, or holds no finite point
 */
export async function decodePointMap(source: ImageSource, photo: Pick<Photo, 'width' | 'height'>): Promise<PointMap> {
  const file = await readSource(source, 'point cloud');
  let map: PointMap;
  try {
    map = decodeObjPointMap(file.bytes, photo.width, photo.height);
  } catch (error) {
    throw new UserError(`The ${file.name} cannot be used. ${messageOf(error)}`, { cause: error });
  }
  if (map.missing === photo.width * photo.height) {
    throw new UserError(`The ${file.name} has no points: no vertex is finite.`);
  }
  return map;
}

function readNpy(bytes: Uint8Array, name: string): { width: number; height: number; values: Float32Array } {
  try {
    return decodeNpy(bytes);
  } catch (error) {
    throw new UserError(`The ${name} cannot be read. ${messageOf(error)}`, { cause: error });
  }
}

async function decodeDepthPng(bytes: Uint8Array, name: string) {
  const { format, depth, channels } = await inspect(bytes, name);
  if (format !== 'png' || depth !== 'ushort' || channels !== 1) {
    throw new UserError(
      `The ${name} must be a 16-bit gray PNG; it is ${format} with ${channels} channel(s) of type ${depth}.`,
      { hint: 'Store millimeters in a 16-bit PNG, or meters in a float32 .npy file.' },
    );
  }
  const raw = open(bytes).toColorspace('grey16').raw({ depth: 'ushort' });
  const { data, info } = await decode(raw.toBuffer({ resolveWithObject: true }), name);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const millimeters = Uint16Array.from({ length: info.width * info.height }, (_, i) => view.getUint16(2 * i, true));
  return { width: info.width, height: info.height, values: millimetersToDepth(millimeters) };
}

/** The bytes of a source, and its name for messages. */
async function readSource(source: ImageSource, role: string): Promise<{ bytes: Uint8Array; name: string }> {
  const name = typeof source === 'string' ? `${role} ${source}` : role;
  const bytes = typeof source === 'string' ? await readInput(source, role) : source;
  if (bytes.length === 0) throw new UserError(`The ${name} is empty (0 bytes).`);
  return { bytes, name };
}

/** Reads an input file. @throws UserError that names the file and its role */
async function readInput(path: string, role: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`The ${role} ${path} cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
}

function open(bytes: Uint8Array): Sharp {
  // 'error' rejects truncated files, but accepts the harmless defects that many cameras write.
  return sharp(bytes, { failOn: 'error', limitInputPixels: MAX_DECODED_PIXELS });
}

async function inspect(bytes: Uint8Array, name: string): Promise<Metadata> {
  const metadata = await decode(sharp(bytes, { limitInputPixels: false }).metadata(), name);
  if (!FORMATS.includes(metadata.format)) {
    throw new UserError(`The ${name} is ${metadata.format}, which is not a pixel format.`, {
      hint: 'Use a JPEG, PNG or WebP file.',
    });
  }
  if (metadata.width * metadata.height > MAX_DECODED_PIXELS) {
    throw new UserError(
      `The ${name} has ${metadata.width} x ${metadata.height} pixels; at most ${MAX_DECODED_PIXELS} can be decoded.`,
      { hint: 'Reduce the image first.' },
    );
  }
  return metadata;
}

async function decode<T>(result: Promise<T>, name: string): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw new UserError(`The ${name} cannot be decoded: ${messageOf(error)}.`, {
      hint: 'The file is damaged or not an image. Use a JPEG, PNG or WebP file.',
      cause: error,
    });
  }
}

function expectSize(name: string, found: Size, photo: Size): void {
  if (found.width === photo.width && found.height === photo.height) return;
  throw new UserError(
    `The ${name} has ${found.width} x ${found.height} pixels, but the photo has ${photo.width} x ${photo.height}.`,
    { hint: 'Use the file that belongs to this photo, in its original size.' },
  );
}
