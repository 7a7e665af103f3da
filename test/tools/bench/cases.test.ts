import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchCases } from '../../../tools/bench/cases.ts';
import { readResults } from '../../../tools/bench/lines.ts';
import { targets } from '../../../tools/bench/targets.ts';
import { select } from '../../../tools/bench.ts';
import { root } from '../../../tools/setup/process.mjs';

describe('cases', () => {
  it('are told apart by kernel and shape, and each target is one of them', () => {
    const names = benchCases.map(({ kernel, shape }) => `${kernel} ${shape}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { kernel, shape } of targets) expect(names).toContain(`${kernel} ${shape}`);
  });

  it('keep the names that stored lines have', async () => {
    const { adapters } = await readResults(join(root, 'bench/results'));
    const lines = [...adapters.values()].flat().filter(({ kind }) => kind === 'kernel');
    expect(lines.length).toBeGreaterThan(0);
    const names = new Set(benchCases.map(({ kernel, shape }) => `${kernel} ${shape}`));
    expect(lines.map(({ kernel, shape }) => `${kernel} ${shape}`).filter((name) => !names.has(name))).toEqual([]);
  });

  it('are selected by words; all without one', () => {
    const cases = ['matmul', 'layerNorm'].map((kernel) => ({ kernel, shape: '5 x 48' }));
    expect(select([], cases)).toHaveLength(2);
    expect(select(['MAT'], cases)).toEqual([cases[0]]);
    expect(select(['5 x'], cases)).toHaveLength(2);
    expect(() => select(['matmul', 'fft'], cases)).toThrow('No benchmark is called fft.');
  });
});
