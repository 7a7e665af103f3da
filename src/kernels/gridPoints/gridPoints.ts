/** Points of a regular grid from their indices. */
import { expect, expectDtype, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import gridPointsWgsl from './gridPoints.wgsl';

/**
 * axes [nx + ny + nz]: coordinates along x, y, z · start [1] u32 -> points start .. start + count - 1 [count, 3], x
 * slowest and z fastest. After the end of the grid its last point repeats.
 * @throws ShapeError if axes and counts disagree
 */
export function gridPoints(
  axes: Operand,
  start: Operand,
  counts: readonly [number, number, number],
  count: number,
): Dispatch {
  const [nx, ny, nz] = counts;
  expectShape('gridPoints', { axes }, [nx + ny + nz]);
  expectShape('gridPoints', { start }, [1]);
  expectDtype('gridPoints', { start }, 'u32');
  expectDtype('gridPoints', { axes }, 'f32');
  expect(Math.min(...counts) >= 1, 'gridPoints', `a grid of ${show(counts)} has no points.`);
  return {
    kernel: 'gridPoints',
    wgsl: [gridWgsl, gridPointsWgsl],
    params: { count, nx, ny, nz },
    inputs: [axes, start],
    outputs: [operand([count, 3])],
    workgroups: splitGrid(ceilDiv(count, 64)),
  };
}
