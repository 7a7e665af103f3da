import { describe, expect, it } from 'vitest';
import { SubmissionPace } from '../../src/graph/submissionPace.ts';

describe('SubmissionPace', () => {
  it.each([1, 16, 100, 1000])('with a budget of %i ms, submissions grow or shrink until they fit it', (budgetMs) => {
    for (const flopsPerMs of [1e4, 1e7, 1e10]) {
      const pace = new SubmissionPace(budgetMs);
      for (let i = 0; i < 30; i++) pace.learn(pace.flops, pace.flops / flopsPerMs);
      expect(pace.flops).toBeCloseTo(budgetMs * flopsPerMs, -2);
    }
  });

  const FULL = new SubmissionPace(100).flops;
  /** Work of the next submission, in full ones, after one of `work` full ones that took `ms` of a budget of 100. */
  const after = (work: number, ms: number): number => {
    const pace = new SubmissionPace(100);
    pace.learn(work * FULL, ms);
    return pace.flops / FULL;
  };

  it.each([
    ['grows in proportion to the time left', 50, 2],
    ['shrinks in proportion to the time exceeded', 200, 0.5],
    ['keeps what fits', 100, 1],
    ['grows at most fourfold', 1, 4],
    ['grows at most fourfold on a clock that shows no time', 0, 4],
    ['shrinks at most fourfold', 1e9, 0.25],
  ])('%s', (_, ms, expected) => expect(after(1, ms)).toBe(expected));

  it.each([
    ['is short: it changes nothing', 0.49, 1, 1],
    ['is short and over the budget: it counts', 0.25, 200, 0.125],
    ['has half the work: it counts', 0.5, 25, 2],
  ])('a last submission that %s', (_, work, ms, expected) => expect(after(work, ms)).toBe(expected));

  it('a shorter budget counts at once, a longer one as submissions are measured', () => {
    const pace = new SubmissionPace(100);
    pace.aim(10);
    expect(pace.flops).toBe(FULL / 10);
    pace.aim(100);
    expect(pace.flops).toBe(FULL / 10);
    pace.learn(pace.flops, 10);
    expect(pace.flops).toBeCloseTo(0.4 * FULL);
  });

  it('with a budget of 0 every submission is as small as possible', () => {
    const pace = new SubmissionPace(0);
    const start = pace.flops;
    for (let i = 1; i <= 5; i++) {
      pace.learn(pace.flops, 1);
      expect(pace.flops).toBe(start / 4 ** i);
    }
  });
});
