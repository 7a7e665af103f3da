import { describe, expect, it } from 'vitest';
import { maxOfRow, mean, sum } from '../../src/graph/ops/reduce.ts';
import { Graph } from '../../src/graph/record.ts';
import { reduceRef } from '../../src/kernels/reduce/reduce.ref.ts';
import { reduceCases } from '../cases/reduce.ts';
import { evaluate, openDevice, testDevice } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

/** Long rows are reduced by subgroup operations, or through workgroup memory alone where there are none. */
const devices = [
  ['with', testDevice()],
  ['without', testDevice().then(() => openDevice({ without: ['subgroups'] }))],
] as const;

for (const [word, device] of devices)
  describe(`reduce ${word} subgroups`, () => {
    for (const { rows, C } of reduceCases) {
      it(`[${rows}, ${C}]`, async () => {
        // All positive: a sum in one long chain would be wrong by about C eps times itself.
        const x = noise(rows * C, 1).map((v) => v + 1);
        const y = await evaluate(
          (s) => {
            const t = s.input(x, [rows, C]);
            return { sum: sum(t), mean: mean(t), max: maxOfRow(t) };
          },
          { device: await device },
        );
        expect(y.max).toEqual(Float32Array.from(reduceRef('max', x, C)));
        // A chain of 64 and a tree of six in each of up to two stages.
        const bound = EPS * 2 * (64 + 6);
        expectClose(y.sum, reduceRef('sum', x, C), bound * C);
        expectClose(y.mean, reduceRef('mean', x, C), bound);
      });
    }

    it('finds the maximum of negative numbers', async () => {
      const x = noise(300, 1).map((v) => v - 5);
      const { y } = await evaluate((s) => ({ y: maxOfRow(s.input(x, [300])) }), { device: await device });
      expect(y[0]).toBe(Math.max(...x));
    });
  });

describe('reduce', () => {
  it('needs columns and floats', () => {
    const g = new Graph();
    expect(() => sum(g.input('x', [3, 0]))).toThrow(/sum: x is \[3, 0\]: there are no columns/);
    expect(() => mean(g.input('n', [3, 4], 'u32'))).toThrow(/mean: x is u32, expected f32/);
  });
});
