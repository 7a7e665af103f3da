import { describe, expect, it } from 'vitest';
import { logBinomial, metricBins } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { metricBinsRef } from '../../src/kernels/metricBins/metricBins.ref.ts';
import { metricBinsCases } from '../cases/metricBins.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

const range = { minTemp: 0.0212, maxTemp: 50 };

describe('metricBins', () => {
  for (const { B, from, to, bins } of metricBinsCases) {
    it(`centers [${B}, ${from}, ${bins}], depth ${to}`, async () => {
      const raw = noise(B * to[0] * to[1] * 4, 8, 3);
      const centers = noise(B * from[0] * from[1] * bins, 9, 2).map((v) => v + 3);
      const shape = [B, ...from, bins];
      const { y, coefficients } = await evaluate((s) => ({
        y: metricBins(s.input(raw, [B, ...to, 4]), s.input(centers, shape), range),
        coefficients: logBinomial(s.graph, bins),
      }));
      const expected = metricBinsRef(raw, coefficients, centers, shape, to, { bins, ...range });
      // As in binProbabilities, times the largest center; interpolation adds a few roundings of it.
      expectClose(y, expected, 5 * EPS * (8 * 9.2 * bins + 6 * Math.max(...to)));
    });
  }

  it('computes bands with the same bits', async () => {
    const raw = noise(9 * 5 * 4, 10, 3);
    const centers = noise(4 * 3 * 8, 11, 2);
    const { whole, band } = await evaluate((s) => {
      const low = s.input(centers, [1, 4, 3, 8]);
      return {
        whole: metricBins(s.input(raw, [1, 9, 5, 4]), low, range),
        band: metricBins(s.input(raw.slice(2 * 5 * 4, 7 * 5 * 4), [1, 5, 5, 4]), low, range, 9, [2, 7]),
      };
    });
    expect(band).toEqual(whole.slice(2 * 5, 7 * 5));
  });

  it('says what does not fit', () => {
    const g = new Graph();
    const raw = g.input('raw', [1, 6, 6, 4]);
    expect(() => metricBins(g.input('b', [1, 6, 6, 5]), g.input('c', [1, 3, 3, 8]), range)).toThrow(
      /raw is \[1, 6, 6, 5/,
    );
    expect(() => metricBins(raw, g.input('d', [1, 3, 3, 8]), range, 9, [0, 5])).toThrow(/raw is \[1, 6, 6, 4\], exp/);
  });
});
