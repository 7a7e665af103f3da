/** Rows of a tensor, selected by index. */
import { expect, expectDtype, expectFloats, expectHalvesInFours, expectRank, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { scalarElements, vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import wordsWgsl from '../shared/words.wgsl';
import gatherRowsWgsl from './gatherRows.wgsl';

/**
 * x [rows, C], f32, f16 or u32 · indices [count] u32 -> y [count, C] like x, y[m] = x[indices[m]]. An index after the last row
 * reads the last row.
 * @throws ShapeError on other ranks or types, if x has no rows, or if x is f16 and C is not a multiple of 4
 */
export function gatherRows(x: Operand, indices: Operand): Dispatch {
  expectRank('gatherRows', { x }, 2);
  expectRank('gatherRows', { indices }, 1);
  if (x.dtype !== 'u32') expectFloats('gatherRows', { x });
  expectDtype('gatherRows', { indices }, 'u32');
  const [rows, C] = x.shape;
  expect(rows > 0, 'gatherRows', `x is ${show(x.shape)}: there is no row to read.`);
  const wholeVec4s = x.dtype !== 'u32' && C % 4 === 0;
  expectHalvesInFours('gatherRows', 'x', x, wholeVec4s);
  const elementsWgsl = x.dtype === 'u32' ? wordsWgsl : wholeVec4s ? vec4Elements(x.dtype) : scalarElements;
  const steps = wholeVec4s ? C / 4 : C;
  const total = size(indices) * steps;
  return {
    kernel: 'gatherRows',
    wgsl: [gridWgsl, elementsWgsl, gatherRowsWgsl],
    params: { rows, steps, total },
    inputs: [x, indices],
    outputs: [operand([size(indices), C], x.dtype)],
    workgroups: splitGrid(ceilDiv(total, 64)),
  };
}
