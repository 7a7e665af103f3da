/** Normalizes points: their mean becomes 0, their standard deviations become about 1. */
import { expect, expectDtype, expectShape, lastDim, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import normalizePointsWgsl from './normalizePoints.wgsl';

/**
 * points [..., 3] f32 · valid [...] u32 · stats [8] of `maskedStats` -> like points: (x - mean) / scale, where scale is
 * the mean of the three standard deviations; (0, 0, 0) where not valid.
 * @throws ShapeError if shapes or types differ from these
 */
export function normalizePoints(points: Operand, valid: Operand, stats: Operand): Dispatch {
  expect(lastDim(points) === 3, 'normalizePoints', `points are ${show(points.shape)}; the last axis must be x, y, z.`);
  expectShape('normalizePoints', { valid }, points.shape.slice(0, -1));
  expectShape('normalizePoints', { stats }, [8]);
  expectDtype('normalizePoints', { points, stats }, 'f32');
  expectDtype('normalizePoints', { valid }, 'u32');
  const count = size(valid);
  return {
    kernel: 'normalizePoints',
    wgsl: [gridWgsl, normalizePointsWgsl],
    params: { count },
    inputs: [points, valid, stats],
    outputs: [operand(points.shape)],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 9 * count,
  };
}
