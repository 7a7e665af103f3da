/** Moves far points towards the origin, as in MCC's training. Multiview Compressive Coding, arXiv:2301.08247; released code. */
import { expect, expectDtype, lastDim, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import shrinkPointsWgsl from './shrinkPoints.wgsl';

/**
 * x [..., 3] f32, finite -> like x: a point at distance r > limit moves to limit * (2 - limit / r), in its direction.
 * @throws ShapeError if x is not [..., 3] f32 or limit is not positive
 */
export function shrinkPoints(x: Operand, limit: number): Dispatch {
  expect(lastDim(x) === 3, 'shrinkPoints', `x is ${show(x.shape)}; the last axis must be x, y, z.`);
  expect(limit > 0, 'shrinkPoints', `the limit is ${limit}; it must be positive.`);
  expectDtype('shrinkPoints', { x }, 'f32');
  const count = size(x) / 3;
  return {
    kernel: 'shrinkPoints',
    wgsl: [gridWgsl, shrinkPointsWgsl],
    params: { count, limit },
    inputs: [x],
    outputs: [operand(x.shape)],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 12 * count,
  };
}
