/** Statistics of the valid points of a map. */
import { expect, expectDtype, expectShape, lastDim, LimitError, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import reduce4Wgsl from '../shared/reduce4.wgsl';
import finishWgsl from './maskedStats.finish.wgsl';
import blockWgsl from './maskedStats.wgsl';

/** Points of one workgroup, as in maskedStats.wgsl. */
const BLOCK = 4096;

/**
 * points [..., 3] f32 · valid [...] u32 -> [8] f32: mean x, y, z · count · standard deviation x, y, z (unbiased: divided
 * by count - 1) · mean of the three deviations. Two passes, in a fixed order. Without valid points all are 0.
 * @throws ShapeError if shapes or types differ from these; LimitError beyond 2^24 points, which float32 cannot count
 */
export function maskedStats(points: Operand, valid: Operand): Dispatch[] {
  expect(lastDim(points) === 3, 'maskedStats', `points are ${show(points.shape)}; the last axis must be x, y, z.`);
  expectShape('maskedStats', { valid }, points.shape.slice(0, -1));
  expectDtype('maskedStats', { points }, 'f32');
  expectDtype('maskedStats', { valid }, 'u32');
  const count = size(valid);
  if (count > 2 ** 24) {
    throw new LimitError(`maskedStats: ${count} points are more than ${2 ** 24}. Use a smaller photo.`);
  }
  const blocks = Math.max(1, ceilDiv(count, BLOCK));
  const pass = (squares: 0 | 1, mean: Operand | null, result: Operand): Dispatch[] => {
    const sums = operand([blocks, 4]);
    const common = { kernel: 'maskedStats', constants: { squares } };
    return [
      {
        ...common,
        wgsl: [gridWgsl, reduce4Wgsl, blockWgsl],
        params: { count, blocks },
        inputs: [points, valid, mean],
        outputs: [sums],
        workgroups: splitGrid(blocks),
        flops: 8 * count,
      },
      {
        ...common,
        wgsl: [reduce4Wgsl, finishWgsl],
        params: { blocks },
        inputs: [sums, mean],
        outputs: [result],
        workgroups: [1, 1, 1],
      },
    ];
  };
  const mean = operand([4]);
  return [...pass(0, null, mean), ...pass(1, mean, operand([8]))];
}
