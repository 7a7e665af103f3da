/** Softmax over the last axis. */
import { expect } from '../check.ts';
import { operand, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { flatCopy, supportsTexture } from '../shared/flat.ts';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import vec4Wgsl from '../shared/row.vec4.wgsl';
import { REDUCTIONS, rowsOf, rowTexts, threadsOf, type Rows } from '../shared/rows.ts';
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

/** A workgroup per row. */
const shared: readonly Variant<Softmax, readonly Step[]>[] = REDUCTIONS.map(({ name, supports, wgsl }) => ({
  name,
  supports,
  build: (problem) => [
    {
      ...common(problem),
      wgsl: [gridWgsl, mathWgsl, wgsl, ...rowTexts(problem), softmaxWgsl],
      constants: { wgSize: threadsOf(problem) },
      inputs: [problem.x],
      workgroups: splitGrid(problem.rows),
    },
  ],
}));

const lane: Variant<Softmax, readonly Step[]> = {
  name: 'lane',
  supports: (_, problem) => supportsTexture('x', problem.x),
  build(problem) {
    const { x, rows, C, divisor, wholeVec4s } = problem;
    const { texture, copy } = flatCopy(x);
    return [
      copy,
      {
        ...common(problem),
        wgsl: [gridWgsl, mathWgsl, vec4Wgsl, laneWgsl],
        constants: { whole: wholeVec4s ? 1 : 0 },
        params: { rows, C, inverse: 1 / divisor },
        inputs: [texture],
        workgroups: splitGrid(ceilDiv(rows, 8)),
      },
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
  return build('softmax', [...shared, lane], target, { ...rows, divisor });
}
