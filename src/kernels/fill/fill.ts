/** Fills a tensor with one value; padding starts from it. */
import { expect, size } from '../check.ts';
import type { Dispatch, Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import fillWgsl from './fill.wgsl';

/** Writes `value` to all elements of y. @throws ShapeError if y is f16 */
export function fill(y: Operand, value: number): Dispatch {
  expect(
    y.dtype !== 'f16',
    'fill',
    "y is f16, and elements of 32 bits are written. Fill an f32 tensor, then use cast(x, 'f16').",
  );
  const count = ceilDiv(size(y), 4);
  return {
    kernel: 'fill',
    wgsl: [gridWgsl, fillWgsl],
    params: { count, bits: bitsOf(value, y.dtype) },
    inputs: [],
    outputs: [y],
    workgroups: splitGrid(ceilDiv(count, 64)),
  };
}

function bitsOf(value: number, dtype: Operand['dtype']): number {
  if (dtype !== 'f32') return value >>> 0;
  return new Uint32Array(new Float32Array([value]).buffer)[0];
}
