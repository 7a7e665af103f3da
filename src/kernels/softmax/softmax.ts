/** Softmax over the last axis. */
import { expect, expectDtype, lastDim, size } from '../check.ts';
import { operand, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { fitsTexture, flatCopy } from '../shared/flat.ts';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import reduceWgsl from '../shared/reduce.wgsl';
import scalarWgsl from '../shared/row.scalar.wgsl';
import vec4Wgsl from '../shared/row.vec4.wgsl';
import type { Target } from '../target.ts';
import laneWgsl from './softmax.lane.wgsl';
import softmaxWgsl from './softmax.wgsl';

/**
 * x [..., C] f32, finite -> y like x: exp(x / divisor), divided by its sum over the last axis. Columns that must not
 * count hold a large negative number; they become exactly 0 beside any ordinary one.
 * @throws ShapeError if x is not f32 or divisor is not positive
 */
export function softmax(target: Target, x: Operand, divisor: number): Step[] {
  expectDtype('softmax', { x }, 'f32');
  expect(divisor > 0, 'softmax', `the divisor (temperature) is ${divisor}; it must be positive.`);
  const C = lastDim(x);
  const rows = size(x) / C;
  const byFours = C % 4 === 0;
  const steps = byFours ? C / 4 : C;
  const common = {
    kernel: 'softmax',
    params: { rows, steps, divisor },
    outputs: [operand(x.shape)],
    flops: 40 * rows * C,
  };
  if (target.rows === 'lane' && byFours && fitsTexture(x)) {
    const { texture, copy } = flatCopy(x);
    const workgroups = splitGrid(ceilDiv(rows, 8));
    return [copy, { ...common, wgsl: [gridWgsl, mathWgsl, vec4Wgsl, laneWgsl], inputs: [texture], workgroups }];
  }
  return [
    {
      ...common,
      wgsl: [gridWgsl, mathWgsl, reduceWgsl, byFours ? vec4Wgsl : scalarWgsl, softmaxWgsl],
      constants: { wgSize: steps >= 128 ? 64 : steps >= 32 ? 32 : 8 },
      inputs: [x],
      workgroups: splitGrid(rows),
    },
  ];
}
