/** MCC's color input: the photo around the object. */
import { expect, expectDtype, expectRank, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import seenColorsWgsl from './seenColors.wgsl';

/**
 * photo [H, W] u32, RGBA8 words · taps [size, 4] u32 from `axisTaps` (bilinear), for the side of the square · box [4]
 * u32: top, left, height, width of the crop whose longer side is the square's -> [1, size, size, 3] f32 in 0..1.
 * @throws ShapeError if an operand has another shape or type
 */
export function seenColors(photo: Operand, taps: Operand, box: Operand): Dispatch {
  expectRank('seenColors', { photo }, 2);
  expectShape('seenColors', { box }, [4]);
  expectDtype('seenColors', { photo, taps, box }, 'u32');
  expect(taps.shape[1] === 4, 'seenColors', `taps are ${show(taps.shape)}, expected the bilinear [size, 4].`);
  const size = taps.shape[0];
  return {
    kernel: 'seenColors',
    wgsl: [gridWgsl, seenColorsWgsl],
    params: { size, W: photo.shape[1] },
    inputs: [photo, taps, box],
    outputs: [operand([1, size, size, 3])],
    workgroups: splitGrid(ceilDiv(size * size, 64)),
    flops: 40 * size * size,
  };
}
