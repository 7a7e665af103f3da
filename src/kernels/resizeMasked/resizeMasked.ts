/** Bilinear resize of a map with holes. */
import { expect, expectDtype, expectRank, expectShape, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import resizeMaskedWgsl from './resizeMasked.wgsl';

/**
 * x [B, H, W, C] f32 · valid [B, H, W] u32 · rows [h, 4], columns [w, 4] u32 from `axisTaps`
 * -> values [B, h, w, C] f32 (0 where invalid), valid [B, h, w] u32.
 * @throws ShapeError if an operand does not fit x
 */
export function resizeMasked(x: Operand, valid: Operand, rows: Operand, columns: Operand): Dispatch {
  expectRank('resizeMasked', { x }, 4);
  expectDtype('resizeMasked', { x }, 'f32');
  expectDtype('resizeMasked', { valid, rows, columns }, 'u32');
  const [B, H, W, C] = x.shape;
  expectShape('resizeMasked', { valid }, [B, H, W]);
  expect(
    rows.shape[1] === 4 && columns.shape[1] === 4,
    'resizeMasked',
    `the tables are ${show(rows.shape)} and ${show(columns.shape)}, expected bilinear ones of four columns.`,
  );
  const [h, w] = [rows.shape[0], columns.shape[0]];
  const count = B * h * w;
  const values = operand([B, h, w, C]);
  return {
    kernel: 'resizeMasked',
    wgsl: [gridWgsl, resizeMaskedWgsl],
    params: { count, H, W, C, h, w },
    inputs: [x, valid, rows, columns],
    outputs: [values, operand([B, h, w], 'u32')],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 12 * size(values),
  };
}
