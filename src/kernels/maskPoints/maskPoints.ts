/** Points of a map that lie inside a mask. */
import { expect, expectDtype, expectShape, lastDim, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import maskPointsWgsl from './maskPoints.wgsl';

/**
 * points [..., 3] f32 · given, mask [...] u32 -> points like points, (0, 0, 0) where not valid · valid [...] u32: 1 where
 * both flags are set and the coordinates are finite.
 * @throws ShapeError if shapes or types differ from these
 */
export function maskPoints(points: Operand, given: Operand, mask: Operand): Dispatch {
  expect(lastDim(points) === 3, 'maskPoints', `points are ${show(points.shape)}; the last axis must be x, y, z.`);
  const shape = points.shape.slice(0, -1);
  expectShape('maskPoints', { given, mask }, shape);
  expectDtype('maskPoints', { points }, 'f32');
  expectDtype('maskPoints', { given, mask }, 'u32');
  const count = size({ shape });
  return {
    kernel: 'maskPoints',
    wgsl: [gridWgsl, maskPointsWgsl],
    params: { count },
    inputs: [points, given, mask],
    outputs: [operand(points.shape), operand(shape, 'u32')],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 4 * count,
  };
}
