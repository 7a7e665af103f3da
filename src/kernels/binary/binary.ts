/** Functions of two tensors, element by element, with broadcasting. */
import { expect, expectFloats, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { vec4Elements } from '../shared/elements.ts';
import gridWgsl from '../shared/grid.wgsl';
import binaryWgsl from './binary.wgsl';
import secondF16Wgsl from './second.f16.wgsl';
import secondF32Wgsl from './second.f32.wgsl';

/** The functions; `kind` in binary.wgsl is the index in this list. Exported for tests. */
export const BINARY_KINDS = ['add', 'sub', 'mul', 'div', 'min', 'max'] as const;
export type BinaryKind = (typeof BINARY_KINDS)[number];

/**
 * a [...], b, each f32 or f16 -> y like a. b has a's shape or its last axes, with 1 for axes over which it is
 * broadcast ([B, 1, C] to [B, N, C]; [B, 1, 1] is a number per image). At most two separate groups of axes may be
 * broadcast.
 * @throws ShapeError if b cannot be broadcast to a, or one is neither f32 nor f16
 */
export function binary(kind: BinaryKind, a: Operand, b: Operand): Dispatch {
  expectFloats(kind, { a });
  expectFloats(kind, { b });
  const { repeated, kept, inner } = broadcast(kind, a.shape, b.shape);
  const whole = inner === 1 && (kept % 4 === 0 || repeated === 1);
  const vectors = ceilDiv(size(a), 4);
  const keptVectors = ceilDiv(kept, 4);
  return {
    kernel: kind,
    wgsl: [gridWgsl, vec4Elements(a.dtype), b.dtype === 'f16' ? secondF16Wgsl : secondF32Wgsl, binaryWgsl],
    constants: { kind: BINARY_KINDS.indexOf(kind), gather: whole ? 0 : 1 },
    params: whole
      ? { vectors, period: repeated * keptVectors, kept: keptVectors, inner }
      : { vectors, period: repeated * kept * inner, kept, inner },
    inputs: [a, b],
    outputs: [operand(a.shape, a.dtype)],
    workgroups: splitGrid(ceilDiv(vectors, 64)),
  };
}

/**
 * The axes of `a` as [outer][repeated][kept][inner]: b has only `outer` and `kept`.
 * Axes of one element belong to any group.
 */
function broadcast(kind: string, a: readonly number[], b: readonly number[]) {
  const full = [...new Array<number>(Math.max(0, a.length - b.length)).fill(1), ...b];
  const fits = full.length === a.length && full.every((length, axis) => length === 1 || length === a[axis]);
  const sizes = { outer: 1, repeated: 1, kept: 1, inner: 1 };
  const order = ['inner', 'kept', 'repeated', 'outer'] as const;
  let group = 0;
  for (let axis = a.length - 1; fits && axis >= 0; axis--) {
    if (a[axis] === 1) continue;
    const isKept = full[axis] !== 1;
    if (isKept !== (group % 2 === 1)) group++;
    if (group === order.length) break;
    sizes[order[group]] *= a[axis];
  }
  expect(
    fits && group < order.length,
    kind,
    `b is ${show(b)}, which cannot be broadcast to a, ${show(a)}.\n` +
      '  Align b with the last axes of a, with 1 for axes to broadcast; the larger operand comes first.',
  );
  return sizes;
}
