/** Operands and options of a call of attention, and the sizes that follow from them. */
import type { Operand } from '../dispatch.ts';
import { ceilDiv } from '../grid.ts';
import type { Columns } from './columns.ts';

/** Added to the scaled products of queries and keys. */
export type Bias =
  /** bias [heads, N, M] */
  | { readonly kind: 'full'; readonly bias: Operand }
  /** SAM: q . relPosH[yq - yk + h - 1] + q . relPosW[xq - xk + w - 1], with the unscaled q; tables [2h - 1, d], [2w - 1, d] */
  | {
      readonly kind: 'decomposed';
      readonly relPosH: Operand;
      readonly relPosW: Operand;
      readonly height: number;
      readonly width: number;
    }
  /** BEiT: table [(2h - 1)(2w - 1) + 3, heads] by relative position; token 0 is the class token */
  | { readonly kind: 'beit'; readonly table: Operand; readonly height: number; readonly width: number };

/**
 * Attention inside windows of `size` x `size` tokens of a height x width grid. Tokens outside the grid, at its right and
 * lower edges, take part: their row is `fill` [S].
 */
export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly size: number;
  readonly fill: Operand;
}

export interface AttentionOperands {
  readonly q: Columns;
  readonly k: Columns;
  readonly v: Columns;
}

export interface AttentionOptions {
  readonly heads: number;
  /** Factor of the products of queries and keys; 1 / sqrt(features of a head) by default. */
  readonly scale?: number;
  readonly bias?: Bias;
  readonly windows?: Windows;
  /** Columns of q's tensor that hold a key and a value for each query alone, besides those shared by all queries. */
  readonly own?: { readonly k: number; readonly v: number };
}

export interface AttentionProblem {
  readonly operands: AttentionOperands;
  readonly options: AttentionOptions;
  /** Features of a head. */
  readonly headDim: number;
  /** Queries and keys of one group, which is a window or a batch item. */
  readonly queries: number;
  readonly keys: number;
  /** Windows per grid. */
  readonly windowsY: number;
  readonly windowsX: number;
  /** Number of groups: batch items, or all of their windows. */
  readonly groups: number;
}

export function problemOf(operands: AttentionOperands, options: AttentionOptions): AttentionProblem {
  const { q, k } = operands;
  const { heads, windows } = options;
  const [B, N] = q.of.shape;
  const windowsY = windows ? ceilDiv(windows.height, windows.size) : 1;
  const windowsX = windows ? ceilDiv(windows.width, windows.size) : 1;
  return {
    operands,
    options,
    headDim: (q.to - q.from) / heads,
    queries: windows ? windows.size ** 2 : N,
    keys: windows ? windows.size ** 2 : k.of.shape[1],
    windowsY,
    windowsX,
    groups: B * windowsY * windowsX,
  };
}

/** Whether q, k and v can be read as vec4s. */
export function wholeVec4s({ operands: { q, k, v }, options: { own }, headDim }: AttentionProblem): boolean {
  const columns = [headDim, q.from, k.from, v.from, own?.k ?? 0, own?.v ?? 0];
  return [...columns, ...[q, k, v].map(({ of }) => of.shape[2])].every((n) => n % 4 === 0);
}
