/** Statistics of the valid points of a photo. */
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import { pointSource, type PointSource } from '../shared/pointSource.ts';
import reduce4Wgsl from '../shared/reduce4.wgsl';
import finishWgsl from './maskedStats.finish.wgsl';
import blockWgsl from './maskedStats.wgsl';

/** Pixels per workgroup, as in maskedStats.wgsl. */
const BLOCK = 4096;

/**
 * source -> [8] f32: mean x, y, z · count (exact up to 2^24) · standard deviation x, y, z (unbiased: divided by
 * count - 1) · mean of the three deviations, over valid points. Two passes, in a fixed order. Without valid points all
 * are 0.
 * @throws ShapeError if the source's parts do not fit together
 */
export function maskedStats(source: PointSource): Dispatch[] {
  const { wgsl, inputs, H, W } = pointSource('maskedStats', source);
  const pixels = H * W;
  const blocks = Math.max(1, ceilDiv(pixels, BLOCK));
  const pass = (squares: 0 | 1, mean: Operand | null, result: Operand): Dispatch[] => {
    const sums = operand([blocks, 4]);
    const common = { kernel: 'maskedStats', constants: { squares } };
    return [
      {
        ...common,
        wgsl: [gridWgsl, reduce4Wgsl, wgsl, blockWgsl],
        params: { pixels, W, blocks },
        inputs: [...inputs, mean],
        outputs: [sums],
        workgroups: splitGrid(blocks),
        flops: 16 * pixels,
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
