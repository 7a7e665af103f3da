/** Sorting along the last axis. */
import { expectDtype, lastDim, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import sortRowsWgsl from './sortRows.wgsl';

/**
 * x [..., C] f32 without NaN -> like x, each row ascending. Meant for short rows: C^2 comparisons each.
 * @throws ShapeError if x is not f32
 */
export function sortRows(x: Operand): Dispatch {
  expectDtype('sortRows', { x }, 'f32');
  const C = lastDim(x);
  const count = size(x);
  return {
    kernel: 'sortRows',
    wgsl: [gridWgsl, sortRowsWgsl],
    params: { count, C },
    inputs: [x],
    outputs: [operand(x.shape)],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 3 * count * C,
  };
}
