import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchDocument, newestCases } from '../../../tools/bench/document.ts';
import { readResults } from '../../../tools/bench/lines.ts';
import { root } from '../../../tools/setup/process.mjs';
import { line } from './lines.ts';

describe('the document', () => {
  it('of the stored lines is the committed one', async () => {
    const committed = await readFile(join(root, 'docs/benchmarks.md'), 'utf8');
    expect(benchDocument(await readResults(join(root, 'bench/results')))).toBe(committed);
  });

  it('takes the newest run of each case', () => {
    const [old, next, other] = [line({}), line({ date: '2026-01-02' }), line({ kernel: 'conv2d' })];
    expect(newestCases([old, other, next])).toEqual([[next], [other]]);
  });

  it('shows targets, kernels and stages', () => {
    const stage = {
      kind: 'stage',
      variant: null,
      kernels: { linear: 0.99, add: 0.01 },
      peakDeviceBytes: 2 ** 20,
    } as const;
    const lines = [
      line({}),
      line({ variant: 'tiled', chosen: false, medianMs: 10 }),
      line({ ...stage, kernel: 'samEncode', shape: 'full' }),
      line({ ...stage, kernel: 'sweep batched', shape: 'full', pointsPerSecond: 1234.4 }),
    ];
    const text = benchDocument(new Map([['A', lines]]));
    expect(text).toMatch(/\| 5\.00 x \| 10 x +\| \*\*missed\*\* \|/);
    expect(text).toMatch(/tiled .* 5\.0 x slower \|/);
    expect(text).toMatch(/samEncode \| full \| .*1 MiB/);
    expect(text).toMatch(/linear 99 % +\|/);
    expect(text).toMatch(/sweep batched \| full \| 1234 +\|/);
  });
});
