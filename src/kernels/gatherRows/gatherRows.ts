/** Rows of a tensor, selected by index. */
import { expect, expectDtype, expectRank, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import scalarWgsl from '../shared/row.scalar.wgsl';
import vec4Wgsl from '../shared/row.vec4.wgsl';
import wordsWgsl from '../shared/words.wgsl';
import gatherRowsWgsl from './gatherRows.wgsl';

/**
 * x [rows, C] f32 or u32 · indices [count] u32 -> y [count, C] like x, y[m] = x[indices[m]]. An index after the last row reads the
 * last row.
 * @throws ShapeError on other ranks or types, or if x has no rows
 */
export function gatherRows(x: Operand, indices: Operand): Dispatch {
  expectRank('gatherRows', { x }, 2);
  expectRank('gatherRows', { indices }, 1);
  if (x.dtype !== 'u32') expectDtype('gatherRows', { x }, 'f32');
  expectDtype('gatherRows', { indices }, 'u32');
  const [rows, C] = x.shape;
  expect(rows > 0, 'gatherRows', `x is ${show(x.shape)}: there is no row to read.`);
  const [columnsWgsl, unit] = x.dtype === 'u32' ? [wordsWgsl, 1] : C % 4 === 0 ? [vec4Wgsl, 4] : [scalarWgsl, 1];
  const steps = C / unit;
  const total = size(indices) * steps;
  return {
    kernel: 'gatherRows',
    wgsl: [gridWgsl, columnsWgsl, gatherRowsWgsl],
    params: { rows, steps, total },
    inputs: [x, indices],
    outputs: [operand([size(indices), C], x.dtype)],
    workgroups: splitGrid(ceilDiv(total, 64)),
  };
}
