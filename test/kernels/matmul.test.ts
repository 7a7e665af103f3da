import { describe, expect, it } from 'vitest';
import { matmul } from '../../src/graph/ops/matmul.ts';
import { Graph } from '../../src/graph/record.ts';
import { matmulRef } from '../../src/kernels/matmul/matmul.ref.ts';
import { matmulCases } from '../cases/matmul.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
import { expectClose, noise, sumBound } from '../setup/numbers.ts';
import { titleOf } from '../setup/title.ts';

for (const rows of ['workgroup', 'lane'] as const) {
  describe(`matmul where rows are reduced by one ${rows}`, () => {
    const device = openDevice({ target: { rows } });

    for (const c of matmulCases) {
      const { B, M, N, K, transposeB } = c;
      it(titleOf(`${B} x ${M} x ${K} x ${N}`, { transposeB }), async () => {
        const a = noise(B * M * K, 1);
        const b = noise(B * N * K, 2);
        const { y } = await evaluate(
          (s) => ({
            y: matmul(s.input(a, [B, M, K]), s.input(b, transposeB ? [B, N, K] : [B, K, N]), { transposeB }),
          }),
          { device: await device },
        );
        expectClose(y, matmulRef(a, b, c), sumBound(K));
      });
    }
  });
}

describe('matmul', () => {
  it('says which shape it expects', () => {
    const g = new Graph();
    const a = g.input('a', [2, 3, 4]);
    expect(() => matmul(a, g.input('b', [2, 5, 4]))).toThrow(
      /matmul: a is \[2, 3, 4\], so b must be \[2, 4, N\]; it is \[2, 5, 4\]/,
    );
    expect(() => matmul(a, g.input('c', [4, 4]))).toThrow(/matmul: b is \[4, 4\], expected 3 axes/);
  });
});
