/** Reads masks that belong to a photo: pictures, label pictures, and JSON files with many masks. */
import { decode as decodePng, type DecodedPng } from 'fast-png';
import {
  CocoError,
  decodeStored,
  resampleNearest,
  sizeOfStored,
  type StoredMask,
  storedMasks,
} from '../../io/index.ts';
import { areaOf, boxOf, maskOf, runsOf, type MaskRuns } from '../../pipeline/maskRuns.ts';
import type { Photo, Size } from '../../pipeline/photo.ts';
import { UserError } from '../errors.ts';
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

/** What is known of a photo when its mask is read. */
type MaskedPhoto = PhotoSizes & Pick<Photo, 'name'>;

/** Maximum number of masks that a message lists. */
const LISTED = 20;

/**
 * Decodes a mask for a photo.
 *
 * Of a picture: where alpha varies, alpha is the mask, else the gray value: 1 where it is above half of the largest one. So a mask may
 * hold 0 and 255, 0 and 1, soft edges, or an object that was cut out. With `pick`, a PNG is a label picture: 1 where its gray value, or
 * its index into the palette, is that number. Of a JSON file (COCO, SA-1B, or written by `unflat segment --everything`): the mask with
 * that number, or the only one.
 *
 * The mask must be as large as the photo's file, or as the photo after it was reduced. It gets the size of the photo (nearest pixel).
 * @param pick number of a mask of the file
 * @returns [photo.height, photo.width] of 0 and 1
 * @throws UserError if the file is of no such kind, has another size, is empty, or does not have the mask that was picked
 */
export async function decodeMask(source: ImageSource, photo: MaskedPhoto, pick?: string): Promise<Uint8Array> {
  const file = await readSource(source, 'mask');
  if (isJson(file)) return jsonMask(file, photo, pick);
  return pick === undefined ? pictureMask(file, photo) : labelMask(file, photo, pick);
}

/** The pixels of a mask from a JSON file, in the photo's size. @param name of the file, for messages @throws UserError */
export function maskOfStored(name: string, mask: StoredMask, photo: MaskedPhoto): Uint8Array {
  const runs = decodedMask(name, mask, photo);
  if (areaOf(runs) === 0) {
    throw new UserError(`Mask ${mask.id} of the ${name} is empty: it has no pixel.`, { hint: 'Give another one.' });
  }
  return fitted(name, maskOf(runs), runs, photo);
}

/** The runs of a mask. Its size is checked first: a few characters may claim any. */
function decodedMask(name: string, mask: StoredMask, photo: MaskedPhoto): MaskRuns {
  const expected = photo.original ?? photo;
  expectSize(`${name}, mask ${mask.id},`, sizeOfStored(mask) ?? expected, photo);
  return explained(name, () => decodeStored(mask, expected));
}

/** A mask of a file with several. */
export interface PickableMask {
  /** What `pick` takes. */
  readonly id: string;
  /** In the photo's size. It may be empty, if the photo was reduced. */
  readonly mask: MaskRuns;
}

/**
 * All masks of a file, in its order: of a JSON file, or of a label picture, where every value but 0 is one.
 * @throws UserError if the file is of no such kind or holds no mask, or a mask has another size than the photo
 */
export async function decodeMasks(source: ImageSource, photo: MaskedPhoto): Promise<PickableMask[]> {
  const file = await readSource(source, 'mask');
  const fit = (mask: Uint8Array, size: Size): MaskRuns => runsOf(resampleNearest(mask, size, photo), photo);
  if (isJson(file)) {
    return storedIn(file, photo).map((stored) => {
      const runs = decodedMask(file.name, stored, photo);
      return { id: String(stored.id), mask: fit(maskOf(runs), runs) };
    });
  }
  const { labels, ...size } = await labelsOf(file, photo);
  const found = valuesOf(labels);
  if (found.length === 0) {
    throw new UserError(`The ${file.name} holds no mask of this photo: every pixel is 0.`, {
      hint: 'Use the file that belongs to this photo.',
    });
  }
  return found.map((label) => ({
    id: String(label),
    mask: fit(
      Uint8Array.from(labels, (value) => (value === label ? 1 : 0)),
      size,
    ),
  }));
}

/** Whether the first character that is no space begins a list or an object. */
function isJson({ bytes }: InputFile): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x5b || first === 0x7b;
}

function jsonMask(file: InputFile, photo: MaskedPhoto, pick: string | undefined): Uint8Array {
  const masks = storedIn(file, photo);
  const picked = pick === undefined && masks.length === 1 ? masks[0] : masks.find(({ id }) => String(id) === pick);
  if (picked) return maskOfStored(file.name, picked, photo);
  const problem = pick === undefined ? `holds ${masks.length} masks` : `has no mask ${pick}`;
  const lines = masks.slice(0, LISTED).map((mask) => {
    const runs = decodedMask(file.name, mask, photo);
    return `\n  ${mask.id}: ${areaOf(runs)} pixels in ${boxOf(runs).join(',')}`;
  });
  const more = masks.length > LISTED ? `\n  And ${masks.length - LISTED} more.` : '';
  throw new UserError(`The ${file.name} ${problem}. Its masks:${lines.join('')}${more}`, {
    hint: 'Give --pick with the number of one.',
  });
}

/** The masks of a JSON file. @throws UserError if there is none */
function storedIn(file: InputFile, photo: MaskedPhoto): StoredMask[] {
  const masks = explained(file.name, () => storedMasks(new TextDecoder().decode(file.bytes), photo.name));
  if (masks.length === 0) {
    throw new UserError(`The ${file.name} holds no mask of this photo.`, {
      hint: 'Use the file that belongs to this photo, and that masks were found for.',
    });
  }
  return masks;
}

/** The values of a label picture that stand for an object. */
const valuesOf = (labels: Uint16Array): number[] =>
  [...new Set(labels)].filter((value) => value > 0).sort((a, b) => a - b);

/** @throws UserError in place of CocoError */
function explained<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CocoError)) throw error;
    throw new UserError(`The ${name} cannot be used. ${error.message}`, {
      hint: 'Masks are read as COCO and SA-1B store them, and as `unflat segment --everything` writes them.',
      cause: error,
    });
  }
}

async function labelMask(file: InputFile, photo: PhotoSizes, pick: string): Promise<Uint8Array> {
  const { labels, width, height } = await labelsOf(file, photo);
  const label = Number(pick);
  const mask = Uint8Array.from(labels, (value) => (value === label ? 1 : 0));
  if (mask.includes(1) && label > 0) return fitted(file.name, mask, { width, height }, photo);
  const found = valuesOf(labels);
  const there = found.length === 0 ? 'every pixel is 0' : `there are ${found.slice(0, LISTED).join(', ')}`;
  throw new UserError(
    `The ${file.name} has no object ${pick}: ${there}${found.length > LISTED ? ' and others' : ''}.`,
    { hint: 'Give --pick with the value of the object’s pixels; 0 is what belongs to none.' },
  );
}

/** The values of a gray PNG, or the indices of one with a palette. sharp would give colors, and scale few bits to eight. */
async function labelsOf(file: InputFile, photo: PhotoSizes): Promise<Size & { labels: Uint16Array }> {
  const { format, width, height } = await inspect(file);
  // Before anything is decoded: a small file may claim any size.
  expectSize(file.name, { width, height }, photo);
  const png = format === 'png' ? decodedPng(file) : undefined;
  if (png?.channels !== 1) {
    const found = png ? `a PNG with ${png.channels} channels` : format;
    throw new UserError(
      `The ${file.name} is ${found}. With --pick or --all it must be a PNG in gray or with a palette.`,
      {
        hint: 'Without them, what is bright in a picture is the object.',
      },
    );
  }
  return { width: png.width, height: png.height, labels: unpacked(png) };
}

function decodedPng(file: InputFile): DecodedPng {
  expectWholeRows(file);
  try {
    return decodePng(file.bytes, { checkCrc: true });
  } catch {
    // What the decoder says is about itself and not about the file.
    throw new UserError(`The ${file.name} cannot be decoded: its data are damaged or cut off.`, {
      hint: 'Get it again, or save it again as a PNG in gray or with a palette.',
    });
  }
}

/** Bytes of a PNG that say how many bits a number has, and whether it is interlaced. */
const [BITS, INTERLACED] = [24, 28];

/** @throws UserError for an interlaced PNG with several pixels to a byte, which the decoder does not read */
function expectWholeRows({ name, bytes }: InputFile): void {
  if (bytes[INTERLACED] === 0 || bytes[BITS] >= 8) return;
  throw new UserError(`The ${name} is interlaced, with ${bytes[BITS]} bits a pixel, which is not read.`, {
    hint: 'Store it without interlacing, or with 8 bits.',
  });
}

/** One number for each pixel. Less than eight bits lie several to a byte, the first pixel in the highest ones; a row begins a byte. */
function unpacked({ width, height, depth, data }: DecodedPng): Uint16Array {
  if (depth >= 8) return Uint16Array.from(data);
  const rowBytes = Math.ceil((width * depth) / 8);
  return Uint16Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)];
    return (byte >> (8 - depth - (bit % 8))) & ((1 << depth) - 1);
  });
}

/**
 * Decodes a picture of probabilities: 1 where the gray value is above half of 255.
 * @returns [photo.height, photo.width] of 0 and 1
 * @throws UserError if it cannot be read, has another size than the photo, or is below that everywhere
 */
export async function decodeProbabilities(source: ImageSource, photo: PhotoSizes): Promise<Uint8Array> {
  const file = await readSource(source, 'mask');
  const size = (await inspect(file)).autoOrient;
  expectSize(file.name, size, photo);
  const mask = (await grayOf(file)).map((value) => (value > 255 / 2 ? 1 : 0));
  if (!mask.includes(1)) throw new UserError(`The ${file.name} shows no object: no pixel is above half of white.`);
  return fitted(file.name, mask, size, photo);
}

async function pictureMask(file: InputFile, photo: PhotoSizes): Promise<Uint8Array> {
  const size = (await inspect(file)).autoOrient;
  expectSize(file.name, size, photo);
  const values = (await alphaOf(file)) ?? (await grayOf(file));
  const largest = values.reduce((max, value) => Math.max(max, value), 0);
  if (largest === 0) {
    throw new UserError(`The ${file.name} is empty: every pixel is black.`, {
      hint: 'Paint the object white and everything else black.',
    });
  }
  const mask = Uint8Array.from(values, (value) => (value > largest / 2 ? 1 : 0));
  return fitted(file.name, mask, size, photo);
}

/** A mask in the size of the photo. @throws UserError if nothing of it is left */
function fitted(name: string, mask: Uint8Array, size: Size, photo: PhotoSizes): Uint8Array {
  const reduced = resampleNearest(mask, size, photo);
  if (reduced.includes(1)) return reduced;
  throw new UserError(`The object of the ${name} is too small: no pixel of the reduced photo lies on it.`, {
    hint: 'Cut the part with the object out of the photo, and use that.',
  });
}

/** Alpha of each pixel, if it is not the same everywhere. */
async function alphaOf(file: InputFile): Promise<Uint8Array | undefined> {
  const { hasAlpha } = await inspect(file);
  if (!hasAlpha) return undefined;
  const alpha = openImage(file).autoOrient().extractChannel('alpha').toColorspace('b-w').raw({ depth: 'uchar' });
  const { data } = await decoded(file, alpha.toBuffer({ resolveWithObject: true }));
  return data.some((value) => value !== data[0]) ? data : undefined;
}

async function grayOf(file: InputFile): Promise<Uint8Array> {
  const gray = openImage(file).autoOrient().removeAlpha().toColorspace('b-w').raw({ depth: 'uchar' });
  const { data } = await decoded(file, gray.toBuffer({ resolveWithObject: true }));
  return data;
}
