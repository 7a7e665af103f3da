/** Ops between 8-bit photos (RGBA8 words, r in the low byte) and the networks' numbers. */
import { pillowResize } from '../../kernels/pillowResize/pillowResize.ts';
import { photo as photoKernel } from '../../kernels/photo/photo.ts';
import { expect, show } from '../../kernels/check.ts';
import { axisTaps, pillowTaps } from '../../kernels/resize/taps.ts';
import { resizePhoto as resizePhotoKernel } from '../../kernels/resizePhoto/resizePhoto.ts';
import type { ConstantSpec } from '../constantSpec.ts';
import type { Tensor } from '../tensor.ts';

/** Colors of a photo u32 [H, W] -> f32 [1, H, W, 3], byte / divisor: 255 for 0..1, 1 for 0..255. */
export function photoToRgb(photo: Tensor, divisor: 1 | 255): Tensor {
  const [H, W] = photo.shape;
  return convert(photo, [H, W], { name: 'byte / divisor', of: divisor }, (byte) => Math.fround(byte / divisor));
}

/**
 * ZoeDepth's input: photo u32 [H, W], continued by reflection at its edges and resized (bilinear, alignCorners true) ->
 * f32 [1, h, w, 3] in 0..1. What `reflectPad` and `resize` make of `photoToRgb`, for photos of any size.
 * @throws ShapeError if a margin is not smaller than the side that it continues
 */
export function resizePhoto(
  photo: Tensor,
  [h, w]: readonly [number, number],
  { top, left }: { readonly top: number; readonly left: number },
): Tensor {
  const [H, W] = photo.shape;
  expect(
    top < H && left < W && top >= 0 && left >= 0,
    'resizePhoto',
    `margins ${show([top, left])} do not fit a photo of ${W} x ${H} pixels: each must be smaller than its side. ` +
      'Use a larger photo.',
  );
  const { graph } = photo;
  const axis = (side: number, margin: number, to: number): Tensor =>
    graph.constant({
      name: 'taps of a reflected photo',
      of: { side, margin, to },
      shape: [to, 4],
      dtype: 'u32',
      compute: () => continuedTaps(side, margin, to),
    });
  const bytes = () => Float32Array.from({ length: 256 }, (_, i) => i / 255);
  const table = graph.constant({ name: 'byte / 255', shape: [256], compute: bytes });
  const inputs = { photo, rows: axis(H, top, h), columns: axis(W, left, w), table };
  return graph.record('resizePhoto', inputs, { top, left }, (_, { photo, rows, columns, table }) => [
    resizePhotoKernel(photo as Tensor, rows as Tensor, columns as Tensor, table as Tensor),
  ])[0];
}

/** Bilinear taps over an axis that is continued by `margin` on both ends, as positions inside of it. */
function continuedTaps(side: number, margin: number, to: number): Uint32Array {
  const { table } = axisTaps({ mode: 'bilinear', alignCorners: true, from: side + 2 * margin, to });
  return table.map((word, k) => {
    if (k % 4 > 1) return word; // the bits of a weight
    const at = Math.abs(word - margin);
    return at < side ? at : 2 * (side - 1) - at;
  });
}

/** Mean and standard deviation of the colors that SAM was trained on, 0..255. */
const SAM_MEAN = [123.675, 116.28, 103.53].map(Math.fround);
const SAM_STD = [58.395, 57.12, 57.375].map(Math.fround);

/**
 * SAM's input: photo u32 [h, w] -> f32 [1, size, size, 3], normalized, then zeros to the right and below.
 * @throws ShapeError if the photo is larger than `size`
 */
export function samNormalize(photo: Tensor, size: number): Tensor {
  return convert(photo, [size, size], { name: 'SAM normalization', of: [SAM_MEAN, SAM_STD] }, (byte, c) =>
    Math.fround(Math.fround(byte - SAM_MEAN[c]) / SAM_STD[c]),
  );
}

function convert(
  photo: Tensor,
  size: readonly [number, number],
  table: Pick<ConstantSpec, 'name' | 'of'>,
  value: (byte: number, channel: number) => number,
): Tensor {
  const compute = () => Float32Array.from({ length: 3 * 256 }, (_, i) => value(i % 256, Math.floor(i / 256)));
  const inputs = { photo, table: photo.graph.constant({ ...table, shape: [3, 256], compute }) };
  return photo.graph.record('photo', inputs, { size, table: table.name }, (_, { photo, table }) => [
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
  const spec = { of: { from, to }, dtype: 'u32' } as const;
  const inputs = {
    photo,
    ranges: photo.graph.constant({ ...spec, name: 'Pillow ranges', shape: [to, 2], compute: () => taps.ranges }),
    weights: photo.graph.constant({
      ...spec,
      name: 'Pillow weights',
      shape: [to, taps.stride],
      compute: () => taps.weights,
    }),
  };
  return photo.graph.record('pillowResize', inputs, { axis }, (_, { photo, ranges, weights }) => [
    pillowResize(photo as Tensor, axis, ranges as Tensor, weights as Tensor),
  ])[0];
}
