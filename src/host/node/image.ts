/** Decodes photos and masks from files. */
import { basename, extname } from 'node:path';
import { resampleNearest } from '../../io/index.ts';
import type { Photo } from '../../pipeline/photo.ts';
import { UserError } from '../errors.ts';
import { readFocalLength } from '../focalLength.ts';
import { reducedNotice, reducedSize } from '../photoSize.ts';
import { layOverWhite, transparentNotice } from '../transparency.ts';
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

/**
 * Decodes a photo to RGBA bytes: orientation applied, colors converted to sRGB, gray replicated, transparent parts laid over white.
 * A photo that is too large for one GPU binding is reduced; a notice in `notices` says so.
 * @throws UserError if the file cannot be read, is not an image, is damaged, or has more than 268 megapixels
 */
export async function decodePhoto(source: ImageSource): Promise<Photo> {
  const file = await readSource(source, 'photo');
  const { width, height } = (await inspect(file)).autoOrient;
  const to = reducedSize(width, height);
  let image = openImage(file).autoOrient();
  if (to) image = image.resize(to.width, to.height, { fit: 'fill', kernel: 'lanczos3' });
  image = image.toColorspace('srgb').ensureAlpha();
  const { data, info } = await decoded(file, image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }));
  const rgba = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const { isTransparent, cutout } = layOverWhite(rgba);
  const exif = readFocalLength(file.bytes);
  const notices = [
    ...(to ? [reducedNotice({ width, height }, to)] : []),
    ...(isTransparent ? [transparentNotice] : []),
    ...(exif.notice ? [exif.notice] : []),
  ];
  return {
    width: info.width,
    height: info.height,
    rgba,
    name: typeof source === 'string' ? basename(source, extname(source)) : 'photo',
    ...(cutout && { cutout }),
    ...(exif.focal35mm !== undefined && { focal35mm: exif.focal35mm }),
    ...(to && { original: { width, height } }),
    ...(notices.length > 0 && { notices }),
  };
}

/**
 * Decodes a mask for a photo. Where alpha varies, alpha is the mask, else the gray value: 1 where it is above half of the largest
 * one. So a mask may hold 0 and 255, 0 and 1, soft edges, or an object that was cut out.
 * The mask must be as large as the photo's file, or as the photo after it was reduced. It gets the size of the photo (nearest pixel).
 * @returns [photo.height, photo.width] of 0 and 1
 * @throws UserError if the file is not an image, has another size, or is empty
 */
export async function decodeMask(source: ImageSource, photo: PhotoSizes): Promise<Uint8Array> {
  const file = await readSource(source, 'mask');
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
  const reduced = resampleNearest(mask, size, photo);
  if (reduced.includes(1)) return reduced;
  throw new UserError(`The object of the ${file.name} is too small: no pixel of the reduced photo lies on it.`, {
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
