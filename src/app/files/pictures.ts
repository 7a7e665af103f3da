/** Pictures of a result as files. */
import { encode } from 'fast-png';
import { depthPreview, depthToMillimeters } from '../../io/depth.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Draws and encodes a picture. @param longest side in pixels, if it is to be smaller */
export async function pictureFile(
  draw: (context: OffscreenCanvasRenderingContext2D, size: Size) => void,
  { width, height }: Size,
  name: string,
  { type = 'image/png', longest = Infinity }: { type?: string; longest?: number } = {},
): Promise<File> {
  const scale = Math.min(1, longest / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const canvas = new OffscreenCanvas(size.width, size.height);
  draw(canvas.getContext('2d')!, size);
  return new File([await canvas.convertToBlob({ type })], name, { type });
}

/** Black and white, white on the object. */
export function maskFile(mask: Uint8Array, size: Size, longest?: number): Promise<File> {
  return pixelFile(size, 'mask.png', longest, (data, i) => data.fill(mask[i] === 0 ? 0 : 255, 4 * i, 4 * i + 3));
}

/** The depth in colors. */
export function depthPreviewFile(meters: Float32Array, size: Size, longest?: number): Promise<File> {
  const rgb = depthPreview(meters);
  return pixelFile(size, 'depth_preview.png', longest, (data, i) => data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i));
}

async function pixelFile(
  size: Size,
  name: string,
  longest: number | undefined,
  paint: (data: Uint8ClampedArray, pixel: number) => void,
): Promise<File> {
  const pixels = new ImageData(size.width, size.height);
  for (let i = 0; i < size.width * size.height; i++) {
    paint(pixels.data, i);
    pixels.data[4 * i + 3] = 255;
  }
  const bitmap = await createImageBitmap(pixels);
  const draw = (context: OffscreenCanvasRenderingContext2D, { width, height }: Size): void =>
    context.drawImage(bitmap, 0, 0, width, height);
  return pictureFile(draw, size, name, { longest });
}

/** 16-bit millimeters, 0 where there is no depth. Canvases have eight bits only. */
export function depthFile(meters: Float32Array, { width, height }: Size): File {
  const { millimeters } = depthToMillimeters(meters);
  const bytes = encode({ width, height, data: millimeters, depth: 16, channels: 1 });
  return new File([bytes as Uint8Array<ArrayBuffer>], 'depth.png', { type: 'image/png' });
}
