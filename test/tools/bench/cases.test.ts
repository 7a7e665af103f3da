import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { benchCases } from '../../../tools/bench/cases.ts';
import { contestantsOf } from '../../../tools/bench/jobs.ts';
import { geluCase, layerNormCase, linearAndTextbook, softmaxCase } from '../../../tools/bench/kinds.ts';
import { readResults } from '../../../tools/bench/lines.ts';
import { targets } from '../../../tools/bench/targets.ts';
import { select } from '../../../tools/bench.ts';
import { root } from '../../../tools/setup/process.mjs';
import { stagedNetworks, stageNames } from '../../../tools/bench/stages.ts';
import { BASELINE, PREFERENCES } from '../../../src/kernels/target.ts';
import { networks } from '../../../src/pipeline/registry.ts';

describe('cases', () => {
  it('are told apart by kernel and shape, and each target is one of them', () => {
    const names = benchCases.map(({ kernel, shape }) => `${kernel} ${shape}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { kernel, shape } of targets) expect(names).toContain(`${kernel} ${shape}`);
  });

  it('keep the names that stored lines have', async () => {
    const adapters = await readResults(join(root, 'bench/results'));
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

describe('variants to measure', () => {
  const gpu = BASELINE;
  const software8 = { ...BASELINE, ...PREFERENCES.software8, subgroupMinSize: 8, subgroupMaxSize: 8 };
  const sizes = { rows: 64, K: 64, N: 64, bench: 'test' };
  const names = (...args: Parameters<typeof contestantsOf>) =>
    contestantsOf(...args).map(({ variant, why, chosen }) => [variant, chosen, why]);

  it('are those that can run, the chosen one first, and the textbook’s', () => {
    expect(names(linearAndTextbook(sizes), software8)).toEqual([
      ['subgroup8', true, undefined],
      ['tiled', false, undefined],
      ['tiled8x8', false, undefined],
      ['textbook', false, undefined],
    ]);
    expect(names(linearAndTextbook(sizes), gpu)).toEqual([
      ['tiled', true, undefined],
      ['tiled8x8', false, undefined],
      ['textbook', false, undefined],
    ]);
    expect(names(layerNormCase({ rows: 8, C: 64, bench: 'test' }), gpu)).toEqual([
      ['workgroup', true, 'not subgroup: the device has no subgroups'],
      ['lane', false, undefined],
    ]);
  });

  it('have the reason why another was preferred', () => {
    expect(names(softmaxCase({ rows: 7, C: 197, bench: 'test' }), software8)).toEqual([
      ['subgroup', true, 'not lane: x [7, 197] is not made of whole vec4s'],
      ['workgroup', false, undefined],
    ]);
    const eightLanes = { ...BASELINE, linear: 'subgroup8' } as const;
    expect(names(linearAndTextbook(sizes), eightLanes)[0]).toEqual([
      'tiled',
      true,
      'not subgroup8: the device has no subgroups; exactly 8 lanes are needed',
    ]);
  });

  it('are the chosen one alone where a kernel has no others, or the case is large', () => {
    expect(names(geluCase({ rows: 8, C: 64, bench: 'test' }), software8)).toEqual([[null, true, undefined]]);
    expect(names({ ...linearAndTextbook(sizes), flops: 3e10 }, software8)).toEqual([['subgroup8', true, undefined]]);
  });
});

describe('stages', () => {
  it('exist for every network of the program, each with a name of its own', () => {
    // MCC for scenes is MCC with other weights.
    expect(stagedNetworks).toHaveLength(networks.length - 1);
    const names = stageNames.map(({ kernel }) => kernel);
    expect(names).toEqual([
      'samEncode',
      'samPrompt',
      'samEverything',
      'zoeDepth',
      'mccEncode',
      'sweep batched',
      'sweep layered',
    ]);
  });
});
