/** Reads image files with sharp, whatever they show: bytes, kind, size, and errors that name the file and its part in the work. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { Photo, Size } from '../../pipeline/photo.ts';
import { messageOf, UserError } from '../errors.ts';
import { kindOf } from '../fileKind.ts';
import { MAX_DECODED_PIXELS, MAX_DECODED_SIDE } from '../photoSize.ts';
import { reasonOf } from './fileErrors.ts';

/** A path, or the bytes of a file. */
export type ImageSource = string | Uint8Array;

/** A photo's sizes: of its pixels, and of its file if it was reduced. */
export type PhotoSizes = Pick<Photo, 'width' | 'height' | 'original'>;

/** The bytes of a file, and its name for messages. */
export interface InputFile {
  readonly bytes: Uint8Array;
  readonly name: string;
  /** Ending of the file's name in lower case, with its dot; empty for bytes. */
  readonly ending: string;
}

/** Pixel formats. sharp can also render SVG and PDF, which are not photos. */
const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'heif'];

/** Reads a file. @param role what the file is for, such as `photo` @throws UserError that names the file and its role */
export async function readSource(source: ImageSource, role: string): Promise<InputFile> {
  const isPath = typeof source === 'string';
  const name = isPath ? `${role} ${source}` : role;
  const bytes = isPath ? await readInput(source, role) : source;
  if (bytes.length === 0) {
    throw new UserError(`The ${name} is empty (0 bytes).`, {
      hint: 'Its download or its copy was interrupted. Get it again.',
    });
  }
  return { bytes, name, ending: isPath ? extname(source).toLowerCase() : '' };
}

async function readInput(path: string, role: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`The ${role} ${path} cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
}

/** Opens an image for decoding. */
export function openImage({ bytes }: InputFile): Sharp {
  // 'error' rejects truncated files, but accepts the harmless defects that many cameras write.
  return sharp(bytes, { failOn: 'error', limitInputPixels: MAX_DECODED_PIXELS });
}

/** What the header of an image says. @throws UserError if it is no picture made of pixels, or is larger than what is decoded */
export async function inspect(file: InputFile): Promise<Metadata> {
  const { name, bytes } = file;
  const metadata = await decoded(file, sharp(bytes, { limitInputPixels: false }).metadata());
  if (!FORMATS.includes(metadata.format)) {
    throw new UserError(`The ${name} is ${metadata.format}, which is not a pixel format.`, {
      hint: 'Use a JPEG, PNG or WebP file.',
    });
  }
  const { width, height } = metadata;
  if (width * height > MAX_DECODED_PIXELS || Math.max(width, height) > MAX_DECODED_SIDE) {
    throw new UserError(
      `The ${name} has ${width} x ${height} pixels; at most ${MAX_DECODED_PIXELS} can be decoded, and ${MAX_DECODED_SIDE} on a side.`,
      { hint: 'Reduce the image first.' },
    );
  }
  return metadata;
}

/** Waits for sharp. @throws UserError that says what the file is, if it is known, or that it is damaged */
export async function decoded<T>({ bytes, name, ending }: InputFile, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    const kind = kindOf(bytes, ending);
    if (kind) throw new UserError(`The ${name} is ${kind.title}.`, { hint: kind.advice, cause: error });
    throw new UserError(`The ${name} cannot be decoded: ${messageOf(error)}.`, {
      hint: 'The file is damaged or not an image. Use a JPEG, PNG or WebP file.',
      cause: error,
    });
  }
}

/**
 * A map that belongs to a photo has its size: that of its pixels, or that of its file if the photo was reduced.
 * @throws UserError if the map has another size
 */
export function expectSize(name: string, found: Size, { width, height, original }: PhotoSizes): void {
  const sizes = [...(original ? [original] : []), { width, height }];
  if (sizes.some((size) => size.width === found.width && size.height === found.height)) return;
  const wanted =
    sizes.map((size) => `${size.width} x ${size.height}`).join(' (in the program ') + (original ? ')' : '');
  throw new UserError(`The ${name} has ${found.width} x ${found.height} pixels, but the photo has ${wanted}.`, {
    hint: 'Use the file that belongs to this photo, in its original size.',
  });
}
