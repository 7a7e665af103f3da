/** Interpolation of a map with tables of taps: nearest, bilinear, bicubic. */
import {
  expect,
  expectDtype,
  expectFloats,
  expectHalvesInFours,
  expectRank,
  LimitError,
  show,
  size,
} from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, MAX_GROUPS } from '../grid.ts';
import { perInvocation, scalarElements, vec4Elements } from '../shared/elements.ts';
import scalarWgsl from '../shared/value.scalar.wgsl';
import vec4Wgsl from '../shared/value.vec4.wgsl';
import type { Target } from '../target.ts';
import resizeWgsl from './resize.wgsl';

/**
 * x [B, H, W, C], f32 or f16 · rows [h, 2 * taps], columns [w, 2 * taps] u32, from `axisTaps` -> [B, h, w, C] like x.
 * @throws ShapeError if x does not have four axes, the tables have different numbers of taps, or x is f16 and C is not a
 *   multiple of 4; LimitError if a line of the result has more than 2^24 elements, or there are too many lines
 */
export function resize(target: Target, x: Operand, rows: Operand, columns: Operand): Dispatch {
  expectRank('resize', { x }, 4);
  expectFloats('resize', { x });
  expectDtype('resize', { rows, columns }, 'u32');
  expect(
    rows.shape[1] === columns.shape[1] && [2, 4, 8].includes(rows.shape[1]),
    'resize',
    `the tables are ${show(rows.shape)} and ${show(columns.shape)}; both axes need the same mode.`,
  );
  const [B, H, W, C] = x.shape;
  const [h, w] = [rows.shape[0], columns.shape[0]];
  const taps = rows.shape[1] / 2;
  const wholeVec4s = C % 4 === 0;
  expectHalvesInFours('resize', 'x', x, wholeVec4s);
  const unit = wholeVec4s ? 4 : 1;
  const width = (w * C) / unit;
  const each = unitsPerInvocation(target, width);
  const groups = ceilDiv(width, 64 * each);
  if (width >= 2 ** 24 || Math.max(groups, h, B) > MAX_GROUPS) {
    throw new LimitError(`resize: ${B} maps of ${h} x ${w} x ${C} are too large. Resize bands of them.`);
  }
  const y = operand([B, h, w, C], x.dtype);
  return {
    kernel: 'resize',
    wgsl: [...(wholeVec4s ? [vec4Wgsl, vec4Elements(x.dtype)] : [scalarWgsl, scalarElements]), resizeWgsl],
    constants: { taps, perInvocation: each, single: C === unit ? 1 : 0 },
    params: { H, W, C: C / unit, h, width },
    inputs: [x, rows, columns],
    outputs: [y],
    workgroups: [groups, h, B],
    flops: 2 * taps * (taps + 1) * size(y),
  };
}

/** As many as are best on the target, but no more than fill the last workgroup of a line as well as one would. */
function unitsPerInvocation(target: Target, width: number): number {
  let each = perInvocation(target, 4);
  while (each * ceilDiv(width, 64 * each) > ceilDiv(width, 64)) each /= 2;
  return each;
}
