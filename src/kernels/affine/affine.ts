/** A linear function of each element, clamped to a range. */
import { expect, expectFloats, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import affineWgsl from './affine.wgsl';

/** The largest float32. It stands for no limit, because WGSL may assume that there are no infinities. */
const LARGEST = 3.4028234663852886e38;

/**
 * x [...], f32 or f16 -> clamp(x * scale + offset, low, high), like x.
 * @throws ShapeError if x is of another type or the range is empty
 */
export function affine(x: Operand, scale: number, offset: number, low = -LARGEST, high = LARGEST): Dispatch {
  expectFloats('affine', { x });
  expect(low <= high, 'affine', `the range ${low} .. ${high} is empty; give the lower limit first.`);
  const vectors = ceilDiv(size(x), 4);
  return {
    kernel: 'affine',
    wgsl: [gridWgsl, vec4Elements(x.dtype), affineWgsl],
    params: { vectors, scale, offset, low, high },
    inputs: [x],
    outputs: [operand(x.shape, x.dtype)],
    workgroups: splitGrid(ceilDiv(vectors, 64)),
  };
}
