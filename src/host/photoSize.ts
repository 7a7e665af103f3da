/** Photo sizes that both hosts accept. */

/** Maximum number of pixels that are decoded: 16383 x 16383, the limit of sharp against decompression bombs. */
export const MAX_DECODED_PIXELS = 0x3fff * 0x3fff;

/** Maximum number of pixels on a side, that of JPEG. To reduce a file that claims more takes minutes, whatever it holds. */
export const MAX_DECODED_SIDE = 0xffff;

/**
 * Maximum number of pixels after decoding: the RGBA bytes fit into a storage binding of 128 MiB, which every adapter has.
 * Exported for tests.
 */
export const MAX_PHOTO_PIXELS = (128 * 1024 * 1024) / 4;

/** The size to which a photo is reduced, or undefined if it is small enough. Keeps the aspect ratio; no side falls below 1. */
export function reducedSize(width: number, height: number): { width: number; height: number } | undefined {
  if (width * height <= MAX_PHOTO_PIXELS) return undefined;
  const scale = Math.sqrt(MAX_PHOTO_PIXELS / (width * height));
  // If the short side is clamped to 1 pixel, the long side alone must stay within the limit.
  const short = Math.max(1, Math.floor(Math.min(width, height) * scale));
  const long = Math.min(Math.floor(Math.max(width, height) * scale), Math.floor(MAX_PHOTO_PIXELS / short));
  return width >= height ? { width: long, height: short } : { width: short, height: long };
}

/** The notice for a photo that was reduced. */
export function reducedNotice(from: { width: number; height: number }, to: { width: number; height: number }): string {
  return (
    `The photo has ${from.width} x ${from.height} pixels and was reduced to ${to.width} x ${to.height}: ` +
    `more than ${Math.floor(MAX_PHOTO_PIXELS / 1e6)} megapixels do not fit into one GPU binding.`
  );
}
