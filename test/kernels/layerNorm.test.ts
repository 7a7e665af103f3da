import { describe, expect, it } from 'vitest';
import { layerNorm } from '../../src/graph/ops/rows.ts';
import { Graph } from '../../src/graph/record.ts';
import { layerNormRef } from '../../src/kernels/layerNorm/layerNorm.ref.ts';
import { layerNormCases } from '../cases/layerNorm.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

describe('layerNorm', () => {
  for (const { rows, C } of layerNormCases) {
    for (const offset of [0, 40]) {
      it(`[${rows}, ${C}] around ${offset}`, async () => {
        const x = noise(rows * C, 1, 2).map((v) => v + offset);
        const gamma = noise(C, 2, 0.3).map((v) => v + 1);
        const beta = noise(C, 3, 0.2);
        const { y } = await evaluate((s) => ({
          y: layerNorm(s.input(x, [rows, C]), s.weight(gamma, [C]), s.weight(beta, [C]), 1e-6),
        }));
        const expected = layerNormRef(x, gamma, beta, C, 1e-6);
        // The mean carries an error of eps * sqrt(C) * |x|, divided by the standard deviation (about 1.15).
        const bound = 8 * EPS * (Math.sqrt(C) + 4) * (1 + offset) * Math.max(1, maxAbs(expected));
        expectClose(y, expected, bound);
      });
    }
  }

  it('names the operand that does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [4, 8]);
    const w = g.input('w', [7]);
    expect(() => layerNorm(x, w, w, 1e-6)).toThrow(/layerNorm: gamma is \[7\], expected \[8\]/);
  });
});
