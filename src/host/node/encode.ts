/** Picture files from pixels, encoded by sharp. */
import sharp from 'sharp';

type Channels = 1 | 3 | 4;

/** Bytes -> 8-bit PNG. @param pixels [height, width, channels]; the number of channels follows from the length (gray, RGB or RGBA) */
export async function encodePng(pixels: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const channels = channelsOf(pixels, width, height);
  const image = sharp(pixels, { raw: { width, height, channels } });
  return (channels === 1 ? image.toColorspace('b-w') : image).png().toBuffer();
}

/** [height, width] -> 16-bit gray PNG. */
export async function encodePng16(values: Uint16Array, width: number, height: number): Promise<Uint8Array> {
  if (values.length !== width * height) throw new RangeError(describe(values.length, width, height));
  return sharp(values, { raw: { width, height, channels: 1 } })
    .toColorspace('grey16')
    .png()
    .toBuffer();
}

/** [height, width] of 0 and 1 -> PNG with black and white. */
export async function encodeMaskPng(mask: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  if (mask.length !== width * height) throw new RangeError(describe(mask.length, width, height));
  return encodePng(
    mask.map((value) => (value ? 255 : 0)),
    width,
    height,
  );
}

/** [height, width] of 0 and 1 -> WebP without loss, black and white. */
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
  `PNG: ${length} values do not make a picture of ${width} x ${height} pixels.`;
