/** Fills a tensor with one value; padding starts from it. */
import { size } from '../check.ts';
import type { Dispatch, Operand } from '../dispatch.ts';
import { bufferBytes, VEC4_BYTES } from '../dtype.ts';
import { toHalves } from '../half.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import fillWgsl from './fill.wgsl';

/** Writes `value` to all elements of y. For f16 it is rounded to nearest. */
export function fill(y: Operand, value: number): Dispatch {
  const count = ceilDiv(bufferBytes(size(y), y.dtype), VEC4_BYTES);
  return {
    kernel: 'fill',
    wgsl: [gridWgsl, fillWgsl],
    params: { count, bits: bitsOf(value, y.dtype) },
    inputs: [],
    outputs: [y],
    workgroups: splitGrid(ceilDiv(count, 64)),
  };
}

/** A word of the filled buffer. */
function bitsOf(value: number, dtype: Operand['dtype']): number {
  if (dtype === 'f16') return toHalves(Float32Array.of(value, value))[0];
  if (dtype !== 'f32') return value >>> 0;
  return new Uint32Array(new Float32Array([value]).buffer)[0];
}
