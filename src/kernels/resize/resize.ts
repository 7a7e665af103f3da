/** Interpolation of a map with tables of taps: nearest, bilinear, bicubic. */
import { expect, expectDtype, expectRank, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import scalarWgsl from '../shared/value.scalar.wgsl';
import vec4Wgsl from '../shared/value.vec4.wgsl';
import resizeWgsl from './resize.wgsl';

/**
 * x [B, H, W, C] f32 · rows [h, 2 * taps], columns [w, 2 * taps] u32, from `axisTaps` -> [B, h, w, C].
 * @throws ShapeError if x does not have four axes or the tables have different numbers of taps
 */
export function resize(x: Operand, rows: Operand, columns: Operand): Dispatch {
  expectRank('resize', { x }, 4);
  expectDtype('resize', { x }, 'f32');
  expectDtype('resize', { rows, columns }, 'u32');
  expect(
    rows.shape[1] === columns.shape[1] && [2, 4, 8].includes(rows.shape[1]),
    'resize',
    `the tables are ${show(rows.shape)} and ${show(columns.shape)}; both axes need the same mode.`,
  );
  const [B, H, W, C] = x.shape;
  const [h, w] = [rows.shape[0], columns.shape[0]];
  const taps = rows.shape[1] / 2;
  const unit = C % 4 === 0 ? 4 : 1;
  const count = (B * h * w * C) / unit;
  const y = operand([B, h, w, C]);
  return {
    kernel: 'resize',
    wgsl: [gridWgsl, unit === 4 ? vec4Wgsl : scalarWgsl, resizeWgsl],
    constants: { taps },
    params: { count, H, W, C: C / unit, h, w },
    inputs: [x, rows, columns],
    outputs: [y],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 2 * taps * (taps + 1) * size(y),
  };
}
