/** Decodes photos in a browser. */
import type { Photo } from '../../pipeline/photo.ts';
import { messageOf, UserError } from '../errors.ts';
import { readFocalLength } from '../focalLength.ts';
import { reducedNotice, reducedSize } from '../photoSize.ts';

/** An image file or a decoded photo. */
export type PhotoSource = Blob | Photo;

/**
 * Decodes a photo to RGBA bytes: orientation applied, colors converted to sRGB, alpha set to 255.
 * Transparent pixels differ from Node: a canvas stores colors multiplied by alpha, so hidden colors are lost.
 * @throws UserError if the browser cannot decode the file
 */
export async function decodePhoto(file: Blob & { name?: string }): Promise<Photo> {
  const name = file.name ?? 'photo';
  if (file.size === 0) throw new UserError(`The photo ${name} is empty (0 bytes).`);
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch((error: unknown) => {
    throw new UserError(`The photo ${name} cannot be decoded: ${messageOf(error)}.`, {
      hint: 'The file is damaged or not an image. Use a JPEG, PNG or WebP file.',
      cause: error,
    });
  });
  const from = { width: bitmap.width, height: bitmap.height };
  const to = reducedSize(from.width, from.height);
  const { width, height } = to ?? from;
  const rgba = readPixels(bitmap, width, height);
  bitmap.close();
  const exif = readFocalLength(new Uint8Array(await file.arrayBuffer()));
  const notices = [...(to ? [reducedNotice(from, to)] : []), ...(exif.notice ? [exif.notice] : [])];
  return {
    width,
    height,
    rgba,
    name: name.replace(/\.[^.]+$/, ''),
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
  const { data } = context.getImageData(0, 0, width, height);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return new Uint8Array(data.buffer);
}
