/** Sum, mean and maximum of rows. */
import { expect, expectDtype, lastDim, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import reduceWgsl from '../shared/reduce.wgsl';
import laneWgsl from './reduce.lane.wgsl';
import blockWgsl from './reduce.wgsl';

export type ReduceKind = 'sum' | 'mean' | 'max';

/** Columns of one workgroup, as in reduce.wgsl. */
const BLOCK = 4096;
/** Rows up to this length are left to one invocation each. */
const SHORT = 256;

/**
 * x [..., C] f32 -> [...]. The order of additions is fixed, and short chains keep sums of millions accurate.
 * @throws ShapeError if x is not f32 or has no columns
 */
export function reduce(kind: ReduceKind, x: Operand): Dispatch[] {
  const C = lastDim(x);
  expectDtype(kind, { x }, 'f32');
  expect(C > 0 && x.shape.length > 0, kind, `x is ${show(x.shape)}: there are no columns to reduce.`);
  const shape = x.shape.slice(0, -1);
  const rows = size({ shape });
  const common = { kernel: kind, constants: { greatest: kind === 'max' ? 1 : 0 } };
  const scale = kind === 'mean' ? 1 / C : 1;
  if (C <= SHORT) {
    return [
      {
        ...common,
        wgsl: [gridWgsl, laneWgsl],
        params: { rows, C, scale },
        inputs: [x],
        outputs: [operand(shape)],
        workgroups: splitGrid(ceilDiv(rows, 64)),
        flops: size(x),
      },
    ];
  }
  const steps: Dispatch[] = [];
  let from = x;
  for (let columns = C; columns > 1; columns = ceilDiv(columns, BLOCK)) {
    const blocks = ceilDiv(columns, BLOCK);
    const to = operand(blocks === 1 ? shape : [...shape, blocks]);
    steps.push({
      ...common,
      wgsl: [gridWgsl, reduceWgsl, blockWgsl],
      params: { C: columns, blocks, total: rows * blocks, scale: blocks === 1 ? scale : 1 },
      inputs: [from],
      outputs: [to],
      workgroups: splitGrid(rows * blocks),
      flops: rows * columns,
    });
    from = to;
  }
  return steps;
}
