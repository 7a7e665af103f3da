/** What kernels share that read and write rows, the last axis of a tensor. */
import { expect, expectFloats, lastDim, show, size } from '../check.ts';
import type { Operand } from '../dispatch.ts';
import { scalarElements, vec4Elements } from './elements.ts';
import { supportsTexture } from './flat.ts';
import rowScalarWgsl from './row.scalar.wgsl';
import rowVec4Wgsl from './row.vec4.wgsl';

export interface Rows {
  readonly x: Operand;
  readonly C: number;
  readonly rows: number;
  /** Whether a row is whole vec4s. */
  readonly byFours: boolean;
  /** Loads of a row: a quarter of its columns, or as many as it has. */
  readonly steps: number;
}

/**
 * The rows of x, f32 or f16.
 * @throws ShapeError if x is of another type, or has halves in rows that are no whole vec4s
 */
export function rowsOf(kernel: string, x: Operand): Rows {
  expectFloats(kernel, { x });
  const C = lastDim(x);
  const byFours = C % 4 === 0;
  expect(
    byFours || x.dtype === 'f32',
    kernel,
    `x is f16 ${show(x.shape)}; rows of halves must be a multiple of 4 long. Use cast(x, 'f32') first.`,
  );
  return { x, C, rows: size(x) / C, byFours, steps: byFours ? C / 4 : C };
}

/** Texts that give `Columns`, `Stored` and what turns one into the other. */
export const rowTexts = ({ x, byFours }: Rows): string[] =>
  byFours ? [rowVec4Wgsl, vec4Elements(x.dtype)] : [rowScalarWgsl, scalarElements];

/** Threads of a workgroup that owns one row. */
export const threadsOf = ({ steps }: Rows): number => (steps >= 128 ? 64 : steps >= 32 ? 32 : 8);

/** Whether an invocation can own a row of a flat texture; else why not. */
export const supportsLane = ({ x, C, byFours }: Rows): true | string =>
  byFours ? supportsTexture('x', x) : `rows of ${C} columns are not made of whole vec4s`;
