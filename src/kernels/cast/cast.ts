/** Conversion between the storage types of floating-point numbers. */
import { expect, expectFloats, size } from '../check.ts';
import { operand, type Dispatch, type FloatType, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import narrowWgsl from './cast.narrow.wgsl';
import widenWgsl from './cast.widen.wgsl';
import castWgsl from './cast.wgsl';

/**
 * x [...], f32 or f16 -> the same numbers in the other type. To f16 they are rounded to nearest, ties to even, subnormal
 * halves included; numbers outside the range of halves become the largest half, 65504, with their sign.
 * @throws ShapeError if x is of another type, or of `dtype` already
 */
export function cast(x: Operand, dtype: FloatType): Dispatch {
  expectFloats('cast', { x });
  expect(x.dtype !== dtype, 'cast', `x is ${dtype} already; leave the cast out.`);
  const vectors = ceilDiv(size(x), 4);
  return {
    kernel: 'cast',
    wgsl: [gridWgsl, vec4Elements('f16'), dtype === 'f16' ? narrowWgsl : widenWgsl, castWgsl],
    params: { vectors },
    inputs: [x],
    outputs: [operand(x.shape, dtype)],
    workgroups: splitGrid(ceilDiv(vectors, 64)),
  };
}
