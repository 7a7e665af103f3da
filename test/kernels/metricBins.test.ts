import { describe, expect, it } from 'vitest';
import { metricBins } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { metricBinsChecks, range } from '../checks/depth.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('metricBins', () => {
  itPasses(metricBinsChecks);

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
