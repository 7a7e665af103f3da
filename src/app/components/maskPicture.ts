/** A mask as a picture to lay over the photo: its inside tinted, its outline drawn. */

export type Tint = readonly [red: number, green: number, blue: number];

const INSIDE_ALPHA = 90;
const OUTLINE_ALPHA = 255;

/** @param mask [height, width], not 0 on the object */
export function maskPicture(mask: Uint8Array, width: number, height: number, tint: Tint): ImageData {
  const picture = new ImageData(width, height);
  // As thick as about two pixels of the screen.
  const reach = Math.max(1, Math.round(Math.max(width, height) / 400));
  const isOutside = (x: number, y: number): boolean =>
    x < 0 || y < 0 || x >= width || y >= height || mask[y * width + x] === 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isOutside(x, y)) continue;
      const isOutline =
        isOutside(x - reach, y) || isOutside(x + reach, y) || isOutside(x, y - reach) || isOutside(x, y + reach);
      picture.data.set([...tint, isOutline ? OUTLINE_ALPHA : INSIDE_ALPHA], 4 * (y * width + x));
    }
  }
  return picture;
}
