import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/record.ts';
import { antialiasedTaps } from '../../src/kernels/resize/taps.ts';
import { resizeAxisRef } from '../../src/kernels/resizeAxis/resizeAxis.ref.ts';
import { resizeAxis } from '../../src/kernels/resizeAxis/resizeAxis.ts';
import { resizeAxisCases } from '../cases/resizeAxis.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

describe('resizeAxis', () => {
  for (const { outer, from, to, C } of resizeAxisCases) {
    for (const mode of ['bilinear', 'bicubic'] as const) {
      it(`${mode} [${outer}, ${from}, ${C}] to ${to}`, async () => {
        const x = noise(outer * from * C, 8, 2);
        const taps = antialiasedTaps(mode, from, to);
        const { y } = await evaluate((s) => {
          const map = s.input(x, [outer, from, C]);
          const ranges = s.input(taps.ranges, [to, 2]);
          const weights = s.input(taps.weights, [to, taps.stride]);
          return { y: s.graph.record('resizeAxis', {}, {}, () => [resizeAxis(map, 1, ranges, weights)])[0] };
        });
        // Coordinates near `from` are rounded to float32; each of the weights moves with them.
        const bound = EPS * maxAbs(x) * (6 * from + 4 * taps.stride);
        expectClose(y, resizeAxisRef(x, [outer, from, C], to, mode), bound);
      });
    }
  }

  it('says what does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [2, 3]);
    const table = (rows: number, columns: number) => g.input(`${rows} ${columns}`, [rows, columns], 'u32');
    expect(() => resizeAxis(x, 2, table(4, 2), table(4, 3))).toThrow(/resizeAxis: axis 2 of \[2, 3\]/);
  });
});
