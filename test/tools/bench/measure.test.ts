import { describe, expect, it } from 'vitest';
import { ratesOf, sharesOf } from '../../../tools/bench/jobs.ts';
import { inTurns, quantile, timingOf } from '../../../tools/bench/measure.ts';

describe('numbers', () => {
  it('rates and the share of the ceiling that limits', () => {
    const sizes = { flops: 8e6, bytes: 4e6 };
    const rates = (bound: 'compute' | 'memory', ceiling: number) =>
      ratesOf({ ...sizes, bound }, { medianMs: 2 }, ceiling);
    expect(rates('compute', 16)).toMatchObject({ gflops: 4, gigabytesPerSecond: 2, share: 0.25 });
    expect(rates('memory', 8).share).toBe(0.25);
  });

  it('quantiles are values that were measured', () => {
    expect([0, 0.5, 0.9].map((share) => quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], share))).toEqual([1, 5, 9]);
    expect(quantile([3], 0.9)).toBe(3);
    const samples = [3, 1, 2].map((ms) => ({ ms, wallMs: 10 * ms }));
    expect(timingOf(7, samples, 'wall')).toEqual({
      ...{ coldMs: 7, bestMs: 1, medianMs: 2, p90Ms: 3, wallMs: 20, runs: 3, clock: 'wall' },
    });
  });

  it('runners take turns; a turn of a fast one is several runs after one that does not count', async () => {
    let order = '';
    const runner = (name: string, wallMs: number) => ({
      sample: () => {
        order += name;
        return Promise.resolve({ ms: order.length, wallMs });
      },
    });
    const samples = await inTurns([runner('a', 30), runner('b', 10)], { budgetMs: 0, minRounds: 2 });
    expect(order).toBe('abbbbabbbb');
    expect(samples.map((list) => list.map(({ ms }) => ms))).toEqual([
      [1, 6],
      [3, 4, 5, 8, 9, 10],
    ]);
  });

  it('shares of time by kernel, largest first', () => {
    const steps = [
      { kernel: 'a', ms: 1 },
      { kernel: 'b', ms: 6 },
      { kernel: 'a', ms: 1 },
    ];
    expect(Object.entries(sharesOf(steps))).toEqual([
      ['b', 0.75],
      ['a', 0.25],
    ]);
  });
});
