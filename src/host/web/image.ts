/** Decodes photos in a browser. */
import type { Photo } from '../../pipeline/photo.ts';
import { messageOf, UserError } from '../errors.ts';
import { kindOf } from '../fileKind.ts';
import { readFocalLength } from '../focalLength.ts';
import { reducedNotice, reducedSize } from '../photoSize.ts';
import { layOverWhite, transparentNotice } from '../transparency.ts';

/** An image file or a decoded photo. */
export type PhotoSource = Blob | Photo;

/**
 * Decodes a photo to RGBA bytes: orientation applied, colors converted to sRGB, transparent parts laid over white.
 * @throws UserError if the browser cannot decode the file
 */
export async function decodePhoto(file: Blob & { name?: string }): Promise<Photo> {
  const name = file.name ?? 'photo';
  if (file.size === 0) throw new UserError(`The photo ${name} is empty (0 bytes).`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch((error: unknown) => {
    const kind = kindOf(bytes, /\.[^.]*$/.exec(name)?.[0].toLowerCase() ?? '');
    if (kind) throw new UserError(`The photo ${name} is ${kind.title}.`, { hint: kind.advice, cause: error });
    throw new UserError(`The photo ${name} cannot be decoded: ${messageOf(error)}.`, {
      hint: 'The file is damaged or not an image. Use a JPEG, PNG or WebP file.',
      cause: error,
    });
  });
  const from = { width: bitmap.width, height: bitmap.height };
  const to = reducedSize(from.width, from.height);
  const { width, height } = to ?? from;
  const rgba = readPixels(bitmap, width, height);
  const { isTransparent, cutout } = layOverWhite(rgba);
  bitmap.close();
  const exif = readFocalLength(bytes);
  const notices = [
    ...(to ? [reducedNotice(from, to)] : []),
    ...(isTransparent ? [transparentNotice] : []),
    ...(exif.notice ? [exif.notice] : []),
  ];
  return {
    width,
    height,
    rgba,
    name: name.replace(/\.[^.]+$/, ''),
    ...(cutout && { cutout }),
    ...(exif.focal35mm !== undefined && { focal35mm: exif.focal35mm }),
    ...(to && { original: from }),
    ...(notices.length > 0 && { notices }),
  };
}

function readPixels(bitmap: ImageBitmap, width: number, height: number): Uint8Array {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new UserError(`The browser cannot create a canvas of ${width} x ${height} pixels.`);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
}
