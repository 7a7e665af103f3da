/** Running sums along the last axis. */
import { expectDtype, lastDim, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import cumsumRowsWgsl from './cumsumRows.wgsl';

/**
 * x [..., C] f32 -> like x: sums of the first 1, 2, ... C elements of each row.
 * @throws ShapeError if x is not f32
 */
export function cumsumRows(x: Operand): Dispatch {
  expectDtype('cumsumRows', { x }, 'f32');
  const C = lastDim(x);
  const rows = size(x) / C;
  return {
    kernel: 'cumsumRows',
    wgsl: [gridWgsl, cumsumRowsWgsl],
    params: { rows, C },
    inputs: [x],
    outputs: [operand(x.shape)],
    workgroups: splitGrid(ceilDiv(rows, 64)),
  };
}
