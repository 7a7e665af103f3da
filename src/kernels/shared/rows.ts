/** What row kernels share. A row is the last axis of a tensor. */
import { expectFloats, expectHalvesInFours, lastDim, size } from '../check.ts';
import type { Operand } from '../dispatch.ts';
import { supportsSubgroups, type Target } from '../target.ts';
import { scalarElements, vec4Elements } from './elements.ts';
import { supportsTexture } from './flat.ts';
import reduceSubgroupWgsl from './reduce.subgroup.wgsl';
import reduceWgsl from './reduce.wgsl';
import rowScalarWgsl from './row.scalar.wgsl';
import rowVec4Wgsl from './row.vec4.wgsl';

export interface Rows {
  readonly x: Operand;
  readonly C: number;
  readonly rows: number;
  readonly wholeVec4s: boolean;
  /** Loads per row: a quarter of its columns if `wholeVec4s`, else all of them. */
  readonly steps: number;
}

/**
 * The rows of x, f32 or f16.
 * @throws ShapeError if x is of another type, or x is f16 and C is not a multiple of 4
 */
export function rowsOf(kernel: string, x: Operand): Rows {
  expectFloats(kernel, { x });
  const C = lastDim(x);
  const wholeVec4s = C % 4 === 0;
  expectHalvesInFours(kernel, 'x', x, wholeVec4s);
  return { x, C, rows: size(x) / C, wholeVec4s, steps: wholeVec4s ? C / 4 : C };
}

/** The WGSL that declares `Columns`, `Stored` and the conversions between them. */
export const rowTexts = ({ x, wholeVec4s }: Rows): string[] =>
  wholeVec4s ? [rowVec4Wgsl, vec4Elements(x.dtype)] : [rowScalarWgsl, scalarElements];

/** The ways in which a workgroup that owns a row reduces it: variants of one kernel. Each text defines
 *  workgroupSum and workgroupMax. */
export const REDUCTIONS = [
  { name: 'subgroup', wgsl: reduceSubgroupWgsl, supports: (target: Target) => supportsSubgroups(target) },
  { name: 'workgroup', wgsl: reduceWgsl, supports: (): true => true },
] as const;

/** Threads of a workgroup, which owns one row. */
export const threadsOf = ({ steps }: Rows): number => (steps >= 128 ? 64 : steps >= 32 ? 32 : 8);

/** Whether an invocation can own a row of a flat texture, or the reason why not. */
export const supportsLane = ({ x, C, wholeVec4s }: Rows): true | string =>
  wholeVec4s ? supportsTexture('x', x) : `rows of ${C} columns are not made of whole vec4s`;
