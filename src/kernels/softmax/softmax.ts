/** Softmax over the last axis. */
import { expect } from '../check.ts';
import { operand, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { flatCopy } from '../shared/flat.ts';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import reduceWgsl from '../shared/reduce.wgsl';
import vec4Wgsl from '../shared/row.vec4.wgsl';
import { rowsOf, rowTexts, supportsLane, threadsOf, type Rows } from '../shared/rows.ts';
import type { Target } from '../target.ts';
import { build, type Variant } from '../variant.ts';
import laneWgsl from './softmax.lane.wgsl';
import softmaxWgsl from './softmax.wgsl';

interface Softmax extends Rows {
  readonly divisor: number;
}

const common = ({ x, rows, steps, C, divisor }: Softmax) => ({
  kernel: 'softmax',
  params: { rows, steps, divisor },
  outputs: [operand(x.shape, x.dtype)],
  flops: 40 * rows * C,
});

const workgroup: Variant<Softmax, readonly Step[]> = {
  name: 'workgroup',
  supports: () => true,
  build: (problem) => [
    {
      ...common(problem),
      wgsl: [gridWgsl, mathWgsl, reduceWgsl, ...rowTexts(problem), softmaxWgsl],
      constants: { wgSize: threadsOf(problem) },
      inputs: [problem.x],
      workgroups: splitGrid(problem.rows),
    },
  ],
};

const lane: Variant<Softmax, readonly Step[]> = {
  name: 'lane',
  supports: (_, problem) => supportsLane(problem),
  build(problem) {
    const { texture, copy } = flatCopy(problem.x);
    const workgroups = splitGrid(ceilDiv(problem.rows, 8));
    return [
      copy,
      { ...common(problem), wgsl: [gridWgsl, mathWgsl, vec4Wgsl, laneWgsl], inputs: [texture], workgroups },
    ];
  },
};

/**
 * x [..., C], f32 or f16, finite -> y like x: exp(x / divisor), divided by its sum over the last axis. Columns that must
 * not count hold a large negative number; they become exactly 0 next to any ordinary logit.
 * @throws ShapeError if x is of another type, or f16 while C is not a multiple of 4, or divisor is not positive
 */
export function softmax(target: Target, x: Operand, divisor: number): Step[] {
  const rows = rowsOf('softmax', x);
  expect(divisor > 0, 'softmax', `the divisor (temperature) is ${divisor}; it must be positive.`);
  return build('softmax', [workgroup, lane], target, { ...rows, divisor });
}
