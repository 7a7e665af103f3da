import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/record.ts';
import { antialiasedTaps } from '../../src/kernels/resize/taps.ts';
import { resizeAxisRef } from '../../src/kernels/resizeAxis/resizeAxis.ref.ts';
import { resizeAxis } from '../../src/kernels/resizeAxis/resizeAxis.ts';
import { resizeAxisCases } from '../cases/resizeAxis.ts';
import { evaluateKernel } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

describe('resizeAxis', () => {
  for (const { outer, from, to, C } of resizeAxisCases) {
    for (const mode of ['bilinear', 'bicubic'] as const) {
      it(`${mode} [${outer}, ${from}, ${C}] to ${to}`, async () => {
        const x = noise(outer * from * C, 8, 2);
        const taps = antialiasedTaps(mode, from, to);
        const inputs = {
          x: { data: x, shape: [outer, from, C] },
          ranges: { data: taps.ranges, shape: [to, 2] },
          weights: { data: taps.weights, shape: [to, taps.stride] },
        };
        const [y] = await evaluateKernel(inputs, (o) => [resizeAxis(o.x, 1, o.ranges, o.weights)]);
        // Coordinates near `from` are rounded to float32; each of the weights moves with them.
        const bound = EPS * maxAbs(x) * (6 * from + 4 * taps.stride);
        expectClose(y.data, resizeAxisRef(x, [outer, from, C], to, mode), bound);
      });
    }
  }

  it('says what does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [2, 3]);
    const table = (rows: number, columns: number) => g.input(`${rows} ${columns}`, [rows, columns], 'u32');
    expect(() => resizeAxis(x, 2, table(4, 2), table(4, 3))).toThrow(/resizeAxis: cannot resize axis 2 of \[2, 3\]/);
  });
});
