/** Interpolation of a map with tables of taps: nearest, bilinear, bicubic. */
import { expect, expectDtype, expectFloats, expectHalvesInFours, expectRank, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { scalarElements, vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import scalarWgsl from '../shared/value.scalar.wgsl';
import vec4Wgsl from '../shared/value.vec4.wgsl';
import resizeWgsl from './resize.wgsl';

/**
 * x [B, H, W, C], f32 or f16 · rows [h, 2 * taps], columns [w, 2 * taps] u32, from `axisTaps` -> [B, h, w, C] like x.
 * @throws ShapeError if x does not have four axes, the tables have different numbers of taps, or x is f16 and C is not a
 *   multiple of 4
 */
export function resize(x: Operand, rows: Operand, columns: Operand): Dispatch {
  expectRank('resize', { x }, 4);
  expectFloats('resize', { x });
  expectDtype('resize', { rows, columns }, 'u32');
  expect(
    rows.shape[1] === columns.shape[1] && [2, 4, 8].includes(rows.shape[1]),
    'resize',
    `the tables are ${show(rows.shape)} and ${show(columns.shape)}; both axes need the same mode.`,
  );
  const [B, H, W, C] = x.shape;
  const [h, w] = [rows.shape[0], columns.shape[0]];
  const taps = rows.shape[1] / 2;
  const wholeVec4s = C % 4 === 0;
  expectHalvesInFours('resize', 'x', x, wholeVec4s);
  const unit = wholeVec4s ? 4 : 1;
  const count = (B * h * w * C) / unit;
  const y = operand([B, h, w, C], x.dtype);
  return {
    kernel: 'resize',
    wgsl: [gridWgsl, ...(wholeVec4s ? [vec4Wgsl, vec4Elements(x.dtype)] : [scalarWgsl, scalarElements]), resizeWgsl],
    constants: { taps },
    params: { count, H, W, C: C / unit, h, w },
    inputs: [x, rows, columns],
    outputs: [y],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 2 * taps * (taps + 1) * size(y),
  };
}
