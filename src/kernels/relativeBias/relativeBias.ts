/** BEiT's position biases as a full tensor, for comparisons: fused attention reads them from the table. */
import { expectDtype, expectShape, lastDim } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import relativeBiasWgsl from './relativeBias.wgsl';

/**
 * table [(2h - 1)(2w - 1) + 3, heads] -> [heads, 1 + hw, 1 + hw], class token first.
 * @throws ShapeError if the table belongs to another grid
 */
export function relativeBias(table: Operand, h: number, w: number): Dispatch {
  const heads = lastDim(table);
  expectShape('relativeBias', { table }, [(2 * h - 1) * (2 * w - 1) + 3, heads]);
  expectDtype('relativeBias', { table }, 'f32');
  const N = 1 + h * w;
  const count = heads * N * N;
  return {
    kernel: 'relativeBias',
    wgsl: [gridWgsl, relativeBiasWgsl],
    params: { count, heads, N, h, w },
    inputs: [table],
    outputs: [operand([heads, N, N])],
    workgroups: splitGrid(ceilDiv(count, 64)),
  };
}
