import { describe, expect, it } from 'vitest';
import { nonFinite } from '../../src/graph/ops/reduce.ts';
import { Graph } from '../../src/graph/record.ts';
import { nonFiniteChecks } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';

const count = async (x: Float32Array, dtype: 'f32' | 'f16' = 'f32') => {
  const { y } = await evaluate((s) => ({ y: nonFinite(s.input(x, [x.length], dtype)) }));
  return Array.from(y).reduce((a, b) => a + b, 0);
};

describe('nonFinite', () => {
  itPasses(nonFiniteChecks);

  it('knows the largest numbers and subnormal ones as finite', async () => {
    expect(await count(Float32Array.of(3.4028234e38, -3.4028234e38, 1e-45, -0))).toBe(0);
  });

  it('counts in halves, of which two are in a word', async () => {
    const x = Float32Array.of(65504, NaN, -65504, 6e-8, NaN, 1, NaN);
    expect(await count(x, 'f16')).toBe(3);
    expect(await count(x.subarray(0, 1), 'f16')).toBe(0);
  });

  it('wants floats', () => {
    expect(() => nonFinite(new Graph().input('x', [2], 'u32'))).toThrow(/nonFinite: x is u32, expected f32 or f16/);
  });
});
