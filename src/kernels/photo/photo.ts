/** Converts 8-bit pixels to floats by a table. */
import { expect, expectDtype, expectRank, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import photoWgsl from './photo.wgsl';

/**
 * photo [H, W] u32 (RGBA8 words) · table [3, 256] f32, the value of each byte -> [1, h, w, 3], padded with zeros.
 * @throws ShapeError if the photo is larger than h x w
 */
export function photo(photo: Operand, table: Operand, [h, w]: readonly [number, number]): Dispatch {
  expectRank('photo', { photo }, 2);
  expectDtype('photo', { photo }, 'u32');
  expectDtype('photo', { table }, 'f32');
  expectShape('photo', { table }, [3, 256]);
  const [H, W] = photo.shape;
  expect(H <= h && W <= w, 'photo', `a photo of ${show(photo.shape)} does not fit into ${h} x ${w}; resize it first.`);
  return {
    kernel: 'photo',
    wgsl: [gridWgsl, photoWgsl],
    params: { count: h * w, H, W, w },
    inputs: [photo, table],
    outputs: [operand([1, h, w, 3])],
    workgroups: splitGrid(ceilDiv(h * w, 64)),
  };
}
