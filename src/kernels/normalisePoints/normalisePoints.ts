/** Points to a frame of their own: centred, with deviations near 1. */
import { expect, expectDtype, expectShape, lastDim, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import normalisePointsWgsl from './normalisePoints.wgsl';

/**
 * points [..., 3] f32 · valid [...] u32 · stats [8] of `maskedStats` -> like points: (x - mean) / scale, where scale is
 * the mean of the three standard deviations; (0, 0, 0) where not valid.
 * @throws ShapeError if shapes or types differ from these
 */
export function normalisePoints(points: Operand, valid: Operand, stats: Operand): Dispatch {
  expect(lastDim(points) === 3, 'normalisePoints', `points are ${show(points.shape)}; the last axis must be x, y, z.`);
  expectShape('normalisePoints', { valid }, points.shape.slice(0, -1));
  expectShape('normalisePoints', { stats }, [8]);
  expectDtype('normalisePoints', { points, stats }, 'f32');
  expectDtype('normalisePoints', { valid }, 'u32');
  const count = size(valid);
  return {
    kernel: 'normalisePoints',
    wgsl: [gridWgsl, normalisePointsWgsl],
    params: { count },
    inputs: [points, valid, stats],
    outputs: [operand(points.shape)],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 9 * count,
  };
}
