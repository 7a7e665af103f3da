/** Reductions: over the last axis, and of a whole tensor. */
import { nonFinite as nonFiniteKernel } from '../../kernels/nonFinite/nonFinite.ts';
import { reduce as reduceKernel, type ReduceKind } from '../../kernels/reduce/reduce.ts';
import { defineOp, type NoAttributes } from '../op.ts';
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

const nonFiniteOp = defineOp<{ readonly x: Tensor }, NoAttributes>({
  name: 'nonFinite',
  lower: (_, { x }) => [nonFiniteKernel(x)],
});

/** How many numbers of x [...] are NaN or infinite: u32 [n], counts whose sum it is. */
export const nonFinite = (x: Tensor): Tensor => nonFiniteOp.record({ x }, {});
