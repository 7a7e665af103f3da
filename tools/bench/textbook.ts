/** The tiled matrix product of textbooks. Benchmarks compare our kernels with it; nothing else runs it. */
import { operand } from '../../src/kernels/dispatch.ts';
import { ceilDiv } from '../../src/kernels/grid.ts';
import { defineOp } from '../../src/graph/op.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import textbookWgsl from './textbook.wgsl';

const textbookOp = defineOp<{ readonly a: Tensor; readonly b: Tensor }>({
  name: 'textbook',
  lower(_, { a, b }) {
    const [M, K] = a.shape;
    const N = b.shape[1];
    return [
      {
        kernel: 'textbook',
        wgsl: [textbookWgsl],
        params: { M, K, N },
        inputs: [a, b],
        outputs: [operand([M, N])],
        workgroups: [ceilDiv(N, 16), ceilDiv(M, 16), 1],
        flops: 2 * M * K * N,
      },
    ];
  },
});

/** a [M, K], b [K, N] -> [M, N]. Tiles of 16 x 16 in workgroup memory; each invocation computes one result. */
export const textbookMatmul = (a: Tensor, b: Tensor): Tensor => textbookOp.record({ a, b }, {});
