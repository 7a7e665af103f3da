/** Sum, mean and maximum of rows. */
import { expect, expectFloats, lastDim, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { scalarInput } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import { REDUCTIONS } from '../shared/rows.ts';
import type { Target } from '../target.ts';
import { build, type Variant } from '../variant.ts';
import laneWgsl from './reduce.lane.wgsl';
import blockWgsl from './reduce.wgsl';

export type ReduceKind = 'sum' | 'mean' | 'max';

interface Reduce {
  readonly kind: ReduceKind;
  readonly x: Operand;
  readonly C: number;
  readonly rows: number;
  /** Shape of the result. */
  readonly shape: readonly number[];
  /** Factor of the sum. */
  readonly scale: number;
}

/** Columns per workgroup, as in reduce.wgsl. */
const BLOCK = 4096;
/** Longest row that one invocation reduces. */
const SHORT = 256;

const constants = ({ kind }: Reduce) => ({ isMax: kind === 'max' ? 1 : 0 });

const lane: Variant<Reduce, readonly Dispatch[]> = {
  name: 'lane',
  supports: (_, { C }) => C <= SHORT || `rows of ${C} columns are too long for one invocation each (${SHORT} at most)`,
  build: (problem) => [
    {
      kernel: problem.kind,
      wgsl: [gridWgsl, scalarInput(problem.x.dtype), laneWgsl],
      constants: constants(problem),
      params: { rows: problem.rows, C: problem.C, scale: problem.scale },
      inputs: [problem.x],
      outputs: [operand(problem.shape)],
      workgroups: splitGrid(ceilDiv(problem.rows, 64)),
      flops: size(problem.x),
    },
  ],
};

/** A workgroup per block of a row. */
const shared: readonly Variant<Reduce, readonly Dispatch[]>[] = REDUCTIONS.map(({ name, supports, wgsl }) => ({
  name,
  supports,
  build(problem) {
    const { kind, rows, shape, scale } = problem;
    const steps: Dispatch[] = [];
    let from = problem.x;
    let columns = problem.C;
    do {
      const blocks = ceilDiv(columns, BLOCK);
      const to = operand(blocks === 1 ? shape : [...shape, blocks]);
      steps.push({
        kernel: kind,
        wgsl: [gridWgsl, wgsl, scalarInput(from.dtype), blockWgsl],
        constants: constants(problem),
        params: { C: columns, blocks, total: rows * blocks, scale: blocks === 1 ? scale : 1 },
        inputs: [from],
        outputs: [to],
        workgroups: splitGrid(rows * blocks),
        flops: rows * columns,
      });
      from = to;
      columns = blocks;
    } while (columns > 1);
    return steps;
  },
}));

/**
 * x [..., C], f32 or f16 -> [...] f32, because a sum of halves may exceed their range. The order of additions is fixed, and
 * short chains keep sums of millions accurate.
 * @throws ShapeError if x is of another type or has no columns
 */
export function reduce(target: Target, kind: ReduceKind, x: Operand): Dispatch[] {
  expectFloats(kind, { x });
  const C = lastDim(x);
  expect(C > 0 && x.shape.length > 0, kind, `x is ${show(x.shape)}: there are no columns to reduce.`);
  const shape = x.shape.slice(0, -1);
  const scale = kind === 'mean' ? 1 / C : 1;
  return build('reduce', [lane, ...shared], target, { kind, x, C, rows: size({ shape }), shape, scale });
}
