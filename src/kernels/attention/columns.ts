/** Columns of a tensor. Attention takes such operands: q, k and v are thirds of one linear layer's result. */
import { expect, expectRank, show } from '../check.ts';
import type { Operand } from '../dispatch.ts';

/** Columns `from` .. `to` of the last axis of `of` [B, N, S]. */
export interface Columns {
  readonly of: Operand;
  readonly from: number;
  readonly to: number;
}

/** @throws ShapeError unless `c` is a range of the last of three axes that splits into `heads` */
export function expectColumns(kernel: string, name: string, c: Columns, heads: number): void {
  expectRank(kernel, { [name]: c.of }, 3);
  expect(
    c.from >= 0 && c.from < c.to && c.to <= c.of.shape[2],
    kernel,
    `${name} is columns ${c.from} to ${c.to} of ${show(c.of.shape)}, which has ${c.of.shape[2]}.`,
  );
  expect(
    (c.to - c.from) % heads === 0,
    kernel,
    `${name} has ${c.to - c.from} columns, which do not split into ${heads} heads. Check the configuration.`,
  );
}
