/** Ops on 8-bit photos (RGBA8 words, red in the low byte). */
import { pillowResize as pillowResizeKernel } from '../../kernels/pillowResize/pillowResize.ts';
import { photo as photoKernel } from '../../kernels/photo/photo.ts';
import { pillowTaps } from '../../kernels/resize/taps.ts';
import type { ConstantSpec } from '../constantSpec.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

const photoOp = defineOp<
  { readonly photo: Tensor; readonly table: Tensor },
  { readonly size: readonly [number, number] }
>({
  name: 'photo',
  lower: (_, { photo, table }, { size }) => [photoKernel(photo, table, size)],
});

/**
 * Maps every byte of a photo to a number: photo u32 [H, W] -> f32 [1, size, 3]. Zeros fill the right and the bottom.
 * @param table name and data of the conversion, for the key of its lookup table
 * @param value the number for a byte of a channel
 * @throws ShapeError if the photo is larger than `size`
 */
export function convertPhoto(
  photo: Tensor,
  size: readonly [number, number],
  table: Pick<ConstantSpec, 'name' | 'of'>,
  value: (byte: number, channel: number) => number,
): Tensor {
  const compute = () => Float32Array.from({ length: 3 * 256 }, (_, i) => value(i % 256, Math.floor(i / 256)));
  return photoOp.record({ photo, table: photo.graph.constant({ ...table, shape: [3, 256], compute }) }, { size });
}

/**
 * Colors of a photo u32 [H, W] -> f32 [1, H, W, 3]: byte / divisor. A divisor of 255 gives 0..1, a divisor of 1 gives
 * 0..255.
 */
export function photoToRgb(photo: Tensor, divisor: 1 | 255): Tensor {
  const [H, W] = photo.shape;
  return convertPhoto(photo, [H, W], { name: 'byte / divisor', of: divisor }, (byte) => Math.fround(byte / divisor));
}

/**
 * Pillow's 8-bit bilinear resize, bit for bit: photo u32 [H, W] -> u32 [h, w]. It is antialiased when shrinking. The
 * horizontal pass comes first and is rounded to 8 bits. An axis that keeps its length is not resampled.
 */
export function resizeRgba8(photo: Tensor, [h, w]: readonly [number, number]): Tensor {
  return resizeAxis(resizeAxis(photo, 1, w), 0, h);
}

const pillowResizeOp = defineOp<
  { readonly photo: Tensor; readonly ranges: Tensor; readonly weights: Tensor },
  { readonly axis: 0 | 1 }
>({
  name: 'pillowResize',
  lower: (_, { photo, ranges, weights }, { axis }) => [pillowResizeKernel(photo, axis, ranges, weights)],
});

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
  return pillowResizeOp.record(inputs, { axis });
}
