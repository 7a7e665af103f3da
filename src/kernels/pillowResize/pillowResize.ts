/** One axis of Pillow's 8-bit bilinear resize: bit-equal to Pillow, so that SAM sees the pixels it was trained with. */
import { expect, expectDtype, expectRank, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import pillowResizeWgsl from './pillowResize.wgsl';

/**
 * photo [H, W] u32 (RGBA8 words) · ranges [to, 2], weights [to, stride] u32 from `pillowTaps` -> like photo, `to` on `axis`.
 * @throws ShapeError if the photo or the tables have another form
 */
export function pillowResize(photo: Operand, axis: 0 | 1, ranges: Operand, weights: Operand): Dispatch {
  expectRank('pillowResize', { photo }, 2);
  expectDtype('pillowResize', { photo, ranges, weights }, 'u32');
  expect(
    ranges.shape[0] === weights.shape[0] && ranges.shape[1] === 2,
    'pillowResize',
    `tables ${show(ranges.shape)} and ${show(weights.shape)} do not belong together.`,
  );
  const [H, W] = photo.shape;
  const to = ranges.shape[0];
  const shape = axis === 0 ? [to, W] : [H, to];
  const count = shape[0] * shape[1];
  return {
    kernel: 'pillowResize',
    wgsl: [gridWgsl, pillowResizeWgsl],
    params: { count, length: photo.shape[axis], to, inner: axis === 0 ? W : 1, stride: weights.shape[1] },
    inputs: [photo, ranges, weights],
    outputs: [operand(shape, 'u32')],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 6 * count * weights.shape[1],
  };
}
