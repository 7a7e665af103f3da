/** Points of a regular grid from a list of indices. */
import { expect, expectDtype, expectRank, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import gridPointsAtWgsl from './gridPointsAt.wgsl';

/**
 * axes [nx + ny + nz]: coordinates along x, y, z · indices [count] u32, x slowest and z fastest -> points [count, 3]. An
 * index beyond the end of the grid reads its last point.
 * @throws ShapeError if axes and counts disagree, or on other ranks or types
 */
export function gridPointsAt(axes: Operand, indices: Operand, counts: readonly [number, number, number]): Dispatch {
  const [nx, ny, nz] = counts;
  expectShape('gridPointsAt', { axes }, [nx + ny + nz]);
  expectRank('gridPointsAt', { indices }, 1);
  expectDtype('gridPointsAt', { axes }, 'f32');
  expectDtype('gridPointsAt', { indices }, 'u32');
  expect(Math.min(...counts) >= 1, 'gridPointsAt', `a grid of ${show(counts)} has no points.`);
  const count = indices.shape[0];
  return {
    kernel: 'gridPointsAt',
    wgsl: [gridWgsl, gridPointsAtWgsl],
    params: { count, nx, ny, nz },
    inputs: [axes, indices],
    outputs: [operand([count, 3])],
    workgroups: splitGrid(ceilDiv(count, 64)),
  };
}
