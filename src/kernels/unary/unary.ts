/** Functions of one tensor, element by element. */
import { expectFloats, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import activationsWgsl from '../shared/activations.wgsl';
import { perInvocation, vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import type { Target } from '../target.ts';
import unaryWgsl from './unary.wgsl';

/** The functions; `kind` in unary.wgsl is the index in this list. Exported for tests. */
export const UNARY_KINDS = ['gelu', 'relu', 'sigmoid', 'softplus', 'sin', 'cos', 'exp', 'log', 'sqrt'] as const;

/**
 * `gelu` is the erf form. `softplus` needs no threshold: from 20 on it equals x in float32. `sin` and `cos` take
 * |x| < 8192, `log` normal numbers above 0.
 */
export type UnaryKind = (typeof UNARY_KINDS)[number];

/** vec4s of two cache lines. Software adapters are fastest with invocations that read and write whole lines. */
const TWO_LINES = 8;

/**
 * x [...], f32 or f16 -> y like x.
 * @throws ShapeError if x is of another type
 */
export function unary(target: Target, kind: UnaryKind, x: Operand): Dispatch {
  expectFloats(kind, { x });
  const vectors = ceilDiv(size(x), 4);
  const each = perInvocation(target, TWO_LINES);
  return {
    kernel: kind,
    wgsl: [gridWgsl, mathWgsl, activationsWgsl, vec4Elements(x.dtype), unaryWgsl],
    constants: { kind: UNARY_KINDS.indexOf(kind), perInvocation: each },
    params: { vectors },
    inputs: [x],
    outputs: [operand(x.shape, x.dtype)],
    workgroups: splitGrid(ceilDiv(vectors, 64 * each)),
  };
}
