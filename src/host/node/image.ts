/** Decodes photos from files. */
import { basename, extname } from 'node:path';
import type { Photo } from '../../pipeline/photo.ts';
import { readFocalLength } from '../focalLength.ts';
import { reducedNotice, reducedSize } from '../photoSize.ts';
import { layOverWhite, transparentNotice } from '../transparency.ts';
import { decoded, type ImageSource, inspect, openImage, readSource } from './imageFile.ts';

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
