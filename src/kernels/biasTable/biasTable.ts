/** BEiT's position biases, interpolated for photos of any size. Released code, midas/backbones/beit.py. */
import { expect, expectDtype, expectRank, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import biasTableWgsl from './biasTable.wgsl';

/**
 * table [side^2 + 3, heads] · rows [2h - 1, 4], columns [2w - 1, 4] u32, bilinear tables from `axisTaps`
 * -> [(2h - 1)(2w - 1) + 3, heads]; the last three rows are kept.
 * @throws ShapeError unless the table is a square map plus three rows
 */
export function biasTable(table: Operand, rows: Operand, columns: Operand): Dispatch {
  expectRank('biasTable', { table }, 2);
  expectDtype('biasTable', { table }, 'f32');
  expectDtype('biasTable', { rows, columns }, 'u32');
  const [entries, heads] = table.shape;
  const side = Math.sqrt(entries - 3);
  expect(
    Number.isInteger(side),
    'biasTable',
    `table is ${show(table.shape)}; the number of its rows must be a square plus three.`,
  );
  const [h, w] = [rows.shape[0], columns.shape[0]];
  expectShape('biasTable', { rows }, [h, 4]);
  expectShape('biasTable', { columns }, [w, 4]);
  const shape = [h * w + 3, heads];
  const count = shape[0] * heads;
  return {
    kernel: 'biasTable',
    wgsl: [gridWgsl, biasTableWgsl],
    params: { count, heads, side, h, w },
    inputs: [table, rows, columns],
    outputs: [operand(shape)],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 6 * count,
  };
}
