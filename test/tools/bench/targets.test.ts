import { describe, expect, it } from 'vitest';
import { verdicts } from '../../../tools/bench/targets.ts';
import { line } from './lines.ts';

describe('targets', () => {
  it('compare lines of one run', () => {
    const lines = [
      line({}),
      line({ variant: 'tiled', chosen: false, medianMs: 30 }),
      line({ date: '2026-01-02', medianMs: 1 }),
    ];
    const found = verdicts(lines);
    expect(found.map(({ target, times, met }) => [target.against, times, met])).toEqual([['tiled', 15, true]]);
  });

  it('say nothing where the plain kernels are the chosen ones', () => {
    expect(verdicts([line({ variant: 'tiled' })])).toEqual([]);
  });
});
