import { describe, expect, it } from 'vitest';
import { formatAbout, SweepEstimate } from '../../src/cli/work/sweepEstimate.ts';

/** The notices while a sweep of `total` points runs at one speed and reports every half second. */
function said(total: number, pointsPerSecond: number, granularity = 0.05, sweep: 'coarse' | 'full' = 'full'): string[] {
  const clock = { ms: 0 };
  const estimate = new SweepEstimate(granularity, sweep, () => clock.ms);
  const lines: (string | undefined)[] = [estimate.notice({ stage: 'encode', done: 1, total: 1 })];
  for (; clock.ms <= 20_000; clock.ms += 500) {
    const done = Math.min(total, 256 + (pointsPerSecond * clock.ms) / 1000);
    lines.push(estimate.notice({ stage: 'sweep', done, total, unit: 'points' }));
  }
  return lines.filter((line) => line !== undefined);
}

describe('SweepEstimate', () => {
  it('says once how long a long sweep takes, and which option shortens it', () => {
    expect(said(2_940_000, 16_000)).toEqual([
      'The sweep of 2.9 million points takes about 3 minutes on this adapter. With --granularity 0.1 it has an eighth of the points.',
    ]);
    expect(said(367_500, 900, 0.1)).toEqual([
      'The sweep of 368 thousand points takes about 7 minutes on this adapter. With --granularity 0.2 it has an eighth of the points.',
    ]);
    expect(said(400_000, 900, 0.05, 'coarse')).toEqual([
      'The sweep of about 400 thousand points takes about 7 minutes on this adapter. With --granularity 0.1 it has less than half of the points.',
    ]);
  });

  it('says nothing of short sweeps', () => {
    expect(said(2_940_000, 1_000_000)).toEqual([]);
    expect(said(27_000, 900)).toEqual([]);
  });

  it('does not guess before it has measured', () => {
    const clock = { ms: 0 };
    const estimate = new SweepEstimate(0.05, 'full', () => clock.ms);
    const sweep = { stage: 'sweep', total: 1e8, unit: 'points' };
    expect(estimate.notice({ ...sweep, done: 256 })).toBeUndefined();
    clock.ms = 2900;
    expect(estimate.notice({ ...sweep, done: 512 })).toBeUndefined();
    clock.ms = 3100;
    expect(estimate.notice({ ...sweep, done: 512 })).toContain('100.0 million points takes about');
  });
});

describe('formatAbout', () => {
  it.each([
    [61, '1 minute'],
    [100, '2 minutes'],
    [3600, '60 minutes'],
    [9000, '2.5 hours'],
  ])('%d seconds: %s', (seconds, text) => expect(formatAbout(seconds)).toBe(text));
});
