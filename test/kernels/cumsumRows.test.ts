import { describe, expect, it } from 'vitest';
import { cumsumRows } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { cumsumRowsRef } from '../../src/kernels/cumsumRows/cumsumRows.ref.ts';
import { cumsumRowsCases } from '../cases/cumsumRows.ts';
import { channelsLast } from '../setup/channelsLast.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

/** Each of C additions rounds a partial sum. */
const bound = (C: number, sums: ArrayLike<number>) => C * EPS * maxAbs(sums);

describe('cumsumRows', () => {
  for (const { rows, C } of cumsumRowsCases) {
    it(`[${rows}, ${C}]`, async () => {
      const x = noise(rows * C, 4);
      const { y } = await evaluate((s) => ({ y: cumsumRows(s.input(x, [rows, C])) }));
      const expected = cumsumRowsRef(x, C);
      expectClose(y, expected, bound(C, expected));
    });
  }

  it('agrees with PyTorch', async () => {
    const fixture = await golden('ops/pointwise');
    const i = fixture.cases.findIndex((c) => c.op === 'cumsum');
    const { shape } = fixture.tensor(`${i}.x`);
    const x = channelsLast(fixture.f32(`${i}.x`), shape);
    const { y } = await evaluate((s) => ({ y: cumsumRows(s.input(x, [x.length / shape[1], shape[1]])) }));
    const expected = channelsLast(fixture.f32(`${i}.y`), shape);
    expectClose(y, expected, bound(shape[1], expected));
  });

  it('wants floats', () => {
    expect(() => cumsumRows(new Graph().input('x', [2, 2], 'u32'))).toThrow(/cumsumRows: x is u32, expected f32/);
  });
});
