/** Ops that turn each row, the last axis, into one number. */
import { argmax as argmaxKernel } from '../../kernels/argmax/argmax.ts';
import { reduce as reduceKernel, type ReduceKind } from '../../kernels/reduce/reduce.ts';
import type { Tensor } from '../tensor.ts';

const reduce = (kind: ReduceKind, x: Tensor): Tensor =>
  x.graph.record('reduce', { x }, { kind }, (_, inputs) => reduceKernel(kind, inputs.x as Tensor))[0];

/** Sum over the last axis: x [..., C] -> [...]. */
export const sum = (x: Tensor): Tensor => reduce('sum', x);
/** Mean over the last axis: x [..., C] -> [...]. */
export const mean = (x: Tensor): Tensor => reduce('mean', x);
/** Maximum over the last axis: x [..., C] -> [...]. */
export const maxOfRow = (x: Tensor): Tensor => reduce('max', x);

/** The first column that holds the greatest number of its row: x [..., C] -> [...] u32. */
export const argmax = (x: Tensor): Tensor =>
  x.graph.record('argmax', { x }, {}, (_, inputs) => [argmaxKernel(inputs.x as Tensor)])[0];
