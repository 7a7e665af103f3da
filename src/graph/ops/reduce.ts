/** Ops that turn each row, the last axis, into one number. */
import { reduce as reduceKernel, type ReduceKind } from '../../kernels/reduce/reduce.ts';
import type { Tensor } from '../tensor.ts';

const reduce = (kind: ReduceKind, x: Tensor): Tensor =>
  x.graph.record('reduce', { x }, { kind }, (_, inputs) => reduceKernel(kind, inputs.x as Tensor))[0];

/** Sum over the last axis: x [..., C] -> [...]. */
export const sum = (x: Tensor): Tensor => reduce('sum', x);
/** Mean over the last axis: x [..., C] -> [...]. For tests: no network takes it. */
export const mean = (x: Tensor): Tensor => reduce('mean', x);
/** Maximum over the last axis: x [..., C] -> [...]. For tests: no network takes it. */
export const maxOfRow = (x: Tensor): Tensor => reduce('max', x);
