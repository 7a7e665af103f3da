/** Resizes the colors of a photo, without a full-size map of colors: that of a large photo would not fit a binding. */
import { expect, expectDtype, expectRank, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import resizePhotoWgsl from './resizePhoto.wgsl';

/**
 * photo [H, W] u32 (RGBA8 words) · rows [h, 4], columns [w, 4] u32, bilinear taps as `axisTaps` gives them, with indices
 * inside the photo · table [256] f32, the color value of each byte -> [1, h, w, 3].
 * @throws ShapeError if an operand has another shape or type
 */
export function resizePhoto(photo: Operand, rows: Operand, columns: Operand, table: Operand): Dispatch {
  expectRank('resizePhoto', { photo, rows, columns }, 2);
  expectDtype('resizePhoto', { photo, rows, columns }, 'u32');
  expectDtype('resizePhoto', { table }, 'f32');
  expectShape('resizePhoto', { table }, [256]);
  expect(
    rows.shape[1] === 4 && columns.shape[1] === 4,
    'resizePhoto',
    `rows are ${show(rows.shape)}, columns ${show(columns.shape)}; expected bilinear taps, [h, 4] and [w, 4].`,
  );
  const [h, w] = [rows.shape[0], columns.shape[0]];
  return {
    kernel: 'resizePhoto',
    wgsl: [gridWgsl, resizePhotoWgsl],
    params: { count: h * w, W: photo.shape[1], w },
    inputs: [photo, rows, columns, table],
    outputs: [operand([1, h, w, 3])],
    workgroups: splitGrid(ceilDiv(h * w, 64)),
    flops: 27 * h * w,
  };
}
