/** Ops between 8-bit photos (RGBA8 words, r in the low byte) and the networks' numbers. */
import { pillowResize } from '../../kernels/pillowResize/pillowResize.ts';
import { photo as photoKernel } from '../../kernels/photo/photo.ts';
import { pillowTaps } from '../../kernels/resize/taps.ts';
import type { Tensor } from '../tensor.ts';

/** Colours of a photo u32 [H, W] -> f32 [1, H, W, 3], byte / divisor: 255 for 0..1, 1 for 0..255. */
export function photoToRgb(photo: Tensor, divisor: 1 | 255): Tensor {
  const [H, W] = photo.shape;
  return convert(photo, [H, W], `bytes / ${divisor}`, (byte) => Math.fround(byte / divisor));
}

/** Mean and standard deviation of the colours that SAM was trained on, 0..255. */
const SAM_MEAN = [123.675, 116.28, 103.53].map(Math.fround);
const SAM_STD = [58.395, 57.12, 57.375].map(Math.fround);

/**
 * SAM's input: photo u32 [h, w] -> f32 [1, size, size, 3], normalised, then zeros to the right and below.
 * @throws ShapeError if the photo is larger than `size`
 */
export function samNormalise(photo: Tensor, size: number): Tensor {
  return convert(photo, [size, size], 'SAM normalisation', (byte, c) =>
    Math.fround(Math.fround(byte - SAM_MEAN[c]) / SAM_STD[c]),
  );
}

function convert(
  photo: Tensor,
  size: readonly [number, number],
  key: string,
  value: (byte: number, channel: number) => number,
): Tensor {
  const compute = () => Float32Array.from({ length: 3 * 256 }, (_, i) => value(i % 256, Math.floor(i / 256)));
  const table = photo.graph.constant(key, [3, 256], [], compute);
  return photo.graph.record('photo', { photo, table }, { size, key }, (_, { photo, table }) => [
    photoKernel(photo as Tensor, table as Tensor, size),
  ])[0];
}

/**
 * Pillow's 8-bit bilinear resize, bit for bit: photo u32 [H, W] -> [h, w]. Antialiased when shrinking; horizontal pass
 * first, rounded to 8 bits; an axis that keeps its length is left alone.
 */
export function resizeRgba8(photo: Tensor, [h, w]: readonly [number, number]): Tensor {
  return resizeAxis(resizeAxis(photo, 1, w), 0, h);
}

function resizeAxis(photo: Tensor, axis: 0 | 1, to: number): Tensor {
  const from = photo.shape[axis];
  if (from === to) return photo;
  const taps = pillowTaps(from, to);
  const key = `Pillow taps ${from} to ${to}`;
  const inputs = {
    photo,
    ranges: photo.graph.constant(`${key}: ranges`, [to, 2], [], () => taps.ranges, 'u32'),
    weights: photo.graph.constant(`${key}: weights`, [to, taps.stride], [], () => taps.weights, 'u32'),
  };
  return photo.graph.record('pillowResize', inputs, { axis }, (_, { photo, ranges, weights }) => [
    pillowResize(photo as Tensor, axis, ranges as Tensor, weights as Tensor),
  ])[0];
}
