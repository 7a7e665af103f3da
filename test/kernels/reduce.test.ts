import { describe, expect, it } from 'vitest';
import { maxOfRow, mean, sum } from '../../src/graph/ops/reduce.ts';
import { Graph } from '../../src/graph/record.ts';
import { reduceChecks } from '../checks/rows.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate, openDevice, testDevice } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

/** Long rows are reduced by subgroup operations, or through workgroup memory alone where there are none. */
const devices = [
  ['with', testDevice()],
  ['without', testDevice().then(() => openDevice({ without: ['subgroups'] }))],
] as const;

for (const [word, device] of devices)
  describe(`reduce ${word} subgroups`, () => {
    itPasses(reduceChecks, () => device);

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
