/** Reductions over the last axis. */
import { reduce as reduceKernel, type ReduceKind } from '../../kernels/reduce/reduce.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

const reduceOp = defineOp<{ readonly x: Tensor }, { readonly kind: ReduceKind }>({
  name: 'reduce',
  lower: (target, { x }, { kind }) => reduceKernel(target, kind, x),
});

/** Sum over the last axis: x [..., C] -> [...]. */
export const sum = (x: Tensor): Tensor => reduceOp.record({ x }, { kind: 'sum' });
/** Mean over the last axis: x [..., C] -> [...]. For tests: no network uses it. */
export const mean = (x: Tensor): Tensor => reduceOp.record({ x }, { kind: 'mean' });
/** Maximum over the last axis: x [..., C] -> [...]. For tests: no network uses it. */
export const maxOfRow = (x: Tensor): Tensor => reduceOp.record({ x }, { kind: 'max' });
