/** Encodes pixels as image files, with sharp. */
import sharp from 'sharp';
import type { EncodedTexture } from '../../io/index.ts';
import type { Texture } from '../../pipeline/mesh.ts';
import type { Photo } from '../../pipeline/photo.ts';

type Channels = 1 | 3 | 4;

/** Encodes an 8-bit PNG. @param pixels [height, width, channels]; the length tells whether it is gray, RGB or RGBA */
export async function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const channels = channelsOf(pixels, width, height);
  const image = sharp(pixels, { raw: { width, height, channels } });
  return (channels === 1 ? image.toColorspace('b-w') : image).png().toBuffer();
}

/**
 * Encodes a texture as a PNG, without its alpha: surfaces are opaque.
 * @throws RangeError if the pixels do not fit width and height
 */
export async function encodeTexture({ width, height, rgba }: Texture): Promise<EncodedTexture> {
  if (rgba.length !== 4 * width * height) {
    throw new RangeError(`PNG: ${rgba.length} values do not fit a texture of ${width} x ${height} pixels.`);
  }
  const image = sharp(rgba, { raw: { width, height, channels: 4 } }).removeAlpha();
  return { bytes: await image.png().toBuffer(), mimeType: 'image/png' };
}

/** Encodes a photo as a JPEG. @param mostWide width in pixels to which a wider photo is reduced */
export async function encodeJpeg({ width, height, rgba }: Photo, mostWide: number): Promise<Uint8Array> {
  return sharp(rgba, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .resize({ width: mostWide, withoutEnlargement: true })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Reduces a PNG. @param mostWide width in pixels to which a wider picture is reduced */
export async function reducePng(png: Uint8Array, mostWide: number): Promise<Uint8Array> {
  const { width } = await sharp(png).metadata();
  return width <= mostWide ? png : sharp(png).resize({ width: mostWide }).png().toBuffer();
}

/** Encodes a 16-bit gray PNG. @param values [height, width] */
export async function encodePng16(values: Uint16Array, width: number, height: number): Promise<Uint8Array> {
  if (values.length !== width * height) throw new RangeError(describe(values.length, width, height));
  return sharp(values, { raw: { width, height, channels: 1 } })
    .toColorspace('grey16')
    .png()
    .toBuffer();
}

/** Encodes a black and white PNG. @param mask [height, width] of 0 and 1 */
export async function encodeMaskPng(mask: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  if (mask.length !== width * height) throw new RangeError(describe(mask.length, width, height));
  return encodePng(
    mask.map((value) => (value ? 255 : 0)),
    width,
    height,
  );
}

/** Encodes a lossless black and white WebP. @param mask [height, width] of 0 and 1 */
export async function encodeMaskWebp(mask: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return sharp(await encodeMaskPng(mask, width, height))
    .webp({ lossless: true })
    .toBuffer();
}

function channelsOf(pixels: Uint8Array, width: number, height: number): Channels {
  const channels = pixels.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4) throw new RangeError(describe(pixels.length, width, height));
  return channels;
}

const describe = (length: number, width: number, height: number): string =>
  `PNG: ${length} values do not fit an image of ${width} x ${height} pixels.`;
