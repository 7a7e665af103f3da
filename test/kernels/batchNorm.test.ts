import { describe, expect, it } from 'vitest';
import { batchNorm } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { batchNormRef } from '../../src/kernels/batchNorm/batchNorm.ref.ts';
import { batchNormCases } from '../cases/batchNorm.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

describe('batchNorm', () => {
  for (const { rows, C } of batchNormCases) {
    it(`[${rows}, ${C}]`, async () => {
      const x = noise(rows * C, 1, 2);
      const mean = noise(C, 2, 0.1);
      const variance = noise(C, 3, 0.3).map((v) => v + 1);
      const gamma = noise(C, 4, 0.1).map((v) => v + 1);
      const beta = noise(C, 5, 0.1);
      const { y } = await evaluate((s) => ({
        y: batchNorm(
          s.input(x, [rows, C]),
          s.weight(mean, [C]),
          s.weight(variance, [C]),
          s.weight(gamma, [C]),
          s.weight(beta, [C]),
          1e-5,
        ),
      }));
      const expected = batchNormRef(x, mean, variance, gamma, beta, 1e-5);
      // Seven roundings, of which the root and the quotient count double.
      expectClose(y, expected, 10 * EPS * maxAbs(expected));
    });
  }

  it('names the operand that does not fit', () => {
    const g = new Graph();
    const [x, c, wrong] = [g.input('x', [2, 6]), g.input('c', [6]), g.input('wrong', [5])];
    expect(() => batchNorm(x, c, wrong, c, c, 1e-5)).toThrow(/batchNorm: variance is \[5\], expected \[6\]/);
  });
});
