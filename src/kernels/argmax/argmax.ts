/** Where the maximum of a row is. */
import { expect, expectDtype, lastDim, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import argmaxWgsl from './argmax.wgsl';

/**
 * x [..., C] f32 -> [...] u32: the first column that holds the greatest number.
 * @throws ShapeError if x is not f32 or has no columns
 */
export function argmax(x: Operand): Dispatch {
  const C = lastDim(x);
  expectDtype('argmax', { x }, 'f32');
  expect(C > 0 && x.shape.length > 0, 'argmax', `x is ${show(x.shape)}: there are no columns to choose from.`);
  const shape = x.shape.slice(0, -1);
  const rows = size({ shape });
  return {
    kernel: 'argmax',
    wgsl: [gridWgsl, argmaxWgsl],
    params: { rows, C },
    inputs: [x],
    outputs: [operand(shape, 'u32')],
    workgroups: splitGrid(ceilDiv(rows, 64)),
    flops: size(x),
  };
}
