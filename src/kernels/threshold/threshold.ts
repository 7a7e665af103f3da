/** Flags of the numbers above a limit. */
import { expectDtype, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import thresholdWgsl from './threshold.wgsl';

/**
 * x [...] f32 -> u32 like x: 1 where x > limit (strictly), else 0. The limit is rounded to f32.
 * @throws ShapeError if x is not f32
 */
export function threshold(x: Operand, limit: number): Dispatch {
  expectDtype('threshold', { x }, 'f32');
  const vectors = ceilDiv(size(x), 4);
  return {
    kernel: 'threshold',
    wgsl: [gridWgsl, thresholdWgsl],
    params: { vectors, limit },
    inputs: [x],
    outputs: [operand(x.shape, 'u32')],
    workgroups: splitGrid(ceilDiv(vectors, 64)),
  };
}
