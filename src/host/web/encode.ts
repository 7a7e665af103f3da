/** Encodes pixels as image files, with the browser's encoder. */
import type { EncodedTexture } from '../../io/index.ts';
import type { Texture } from '../../pipeline/mesh.ts';

/**
 * Encodes a texture as a PNG, without its alpha: surfaces are opaque.
 * @throws RangeError if the pixels do not fit width and height
 */
export async function encodeTexture({ width, height, rgba }: Texture): Promise<EncodedTexture> {
  if (rgba.length !== 4 * width * height) {
    throw new RangeError(`PNG: ${rgba.length} values do not fit a texture of ${width} x ${height} pixels.`);
  }
  const opaque = new Uint8ClampedArray(rgba);
  for (let i = 3; i < opaque.length; i += 4) opaque[i] = 255;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d', { alpha: false })!.putImageData(new ImageData(opaque, width, height), 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return { bytes: new Uint8Array(await blob.arrayBuffer()), mimeType: 'image/png' };
}
