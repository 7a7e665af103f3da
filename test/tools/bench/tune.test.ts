import { describe, expect, it } from 'vitest';
import { linear } from '../../../src/graph/ops/matmul.ts';
import { layerNorm } from '../../../src/graph/ops/rows.ts';
import { Graph } from '../../../src/graph/record.ts';
import { BASELINE, PREFERENCES } from '../../../src/kernels/target.ts';
import { choose, type Variant } from '../../../src/kernels/variant.ts';
import { networkNamed, presets } from '../../../src/pipeline/registry.ts';
import { prepareNode } from '../../../tools/bench/stepRunner.ts';
import { contestsOf, tune, type Contest } from '../../../tools/bench/tune.ts';
import { testDevice } from '../../setup/evaluate.ts';

/** Two layers of one problem, one of another, and a norm. */
function graphs(): Graph[] {
  const graph = new Graph();
  const weight = (name: string, ...shape: number[]) => graph.weight(name, shape);
  let x = graph.input('x', [512, 256]);
  for (const name of ['a', 'b']) x = linear(x, weight(name, 256, 256), weight(`${name}.bias`, 256));
  x = layerNorm(x, weight('gamma', 256), weight('beta', 256), 1e-6);
  linear(x, weight('c', 64, 256), weight('c.bias', 64));
  return [graph];
}

const target = { ...BASELINE, ...PREFERENCES.software };

/** A machine on which each variant takes the given times, one after the other; the last one again and again. */
function machine(times: Readonly<Record<string, readonly number[]>>) {
  let clock = 0;
  const runs: string[] = [];
  return {
    runs,
    now: () => clock,
    prepare: (_: Contest, variant: string) => {
      const list = [...times[variant]];
      const sample = () => {
        const ms = list.length > 1 ? list.shift()! : list[0];
        clock += ms;
        runs.push(variant);
        return Promise.resolve({ ms, wallMs: ms });
      };
      return Promise.resolve({ sample, dispose: () => undefined });
    },
  };
}

const contest = (...variants: string[]): Contest => ({ ...contestsOf(graphs(), target)[0], variants });

describe('tuning', () => {
  it('has a contest for each problem with a choice, the one with the most work first', () => {
    const found = contestsOf(graphs(), target);
    expect(found.map(({ kernel }) => kernel)).toEqual(['linear', 'linear', 'layerNorm']);
    expect(found[0].variants).toEqual(['tiled', 'tiled8x8']);
    expect(found[0].flops).toBe(2 * 2 * 512 * 256 * 256);
    expect(new Set(found.map(({ problem }) => problem)).size).toBe(3);
  });

  it('keeps a variant that is clearly faster, and the usual one otherwise', async () => {
    const fast = machine({ a: [50, 10], b: [60, 5] });
    expect((await tune([contest('a', 'b')], { ...fast, budgetMs: 1e6 })).entries).toMatchObject([
      { variant: 'b', usual: 'a', times: 2 },
    ]);
    const close = machine({ a: [10], b: [9.8] });
    expect((await tune([contest('a', 'b')], { ...close, budgetMs: 1e6 })).entries).toMatchObject([
      { variant: 'a', usual: 'a', times: 1 },
    ]);
  });

  it('does not run again what is hopeless when warm, and stops when one is left', async () => {
    const { runs, ...rest } = machine({ a: [10], b: [100], c: [11] });
    await tune([contest('a', 'b', 'c')], { ...rest, budgetMs: 1e6 });
    expect(runs.filter((name) => name === 'b')).toHaveLength(2);
    const clear = machine({ a: [10], b: [100, 20] });
    await tune([contest('a', 'b')], { ...clear, budgetMs: 1e6 });
    expect(clear.runs).toEqual(['a', 'b', 'a', 'b']);
  });

  it('does not try again what was far slower: in the same kernel, and after two kernels in none', async () => {
    const slow = machine({ a: [10], b: [41] });
    const problem = (kernel: string, ...variants: string[]): Contest => ({ ...contest(...variants), kernel });
    const problems = [
      problem('linear', 'a', 'b'),
      problem('linear', 'a', 'b'),
      problem('conv2d', 'a', 'b'),
      problem('softmax', 'a', 'b'),
      problem('reduce', 'b', 'a'),
    ];
    const { entries, settled } = await tune(problems, { ...slow, budgetMs: 1e6 });
    expect(settled).toBe(2);
    // The usual variant is always tried.
    expect(entries.map(({ kernel, variant }) => `${kernel} ${variant}`)).toEqual(['linear a', 'conv2d a', 'reduce a']);
  });

  it('measures a problem of moderate size of each kernel first', async () => {
    const sized = (flopsOfRun: number): Contest => ({ ...contest('a', 'b'), problem: `${flopsOfRun}`, flopsOfRun });
    const order: string[] = [];
    const { prepare, ...rest } = machine({ a: [10], b: [10] });
    await tune([1e10, 4e9, 2e9, 1e9].map(sized), {
      ...{ ...rest, budgetMs: 1e6 },
      prepare: (one, variant) => {
        order.push(one.problem);
        return prepare(one, variant);
      },
    });
    expect([...new Set(order)].map(Number)).toEqual([2e9, 1e10, 4e9, 1e9]);
  });

  it('ends in time, and leaves out what it could not measure', async () => {
    const slow = machine({ a: [1], b: [1.2] });
    const { entries } = await tune(Array(9).fill(contest('a', 'b')) as Contest[], { ...slow, budgetMs: 40 });
    expect(entries.length).toBeLessThan(5);
    expect(slow.now()).toBeLessThanOrEqual(40 + 1.2);
  });

  it('leaves out a problem whose run is long beside the budget', async () => {
    const slow = machine({ a: [30], b: [300] });
    expect((await tune([contest('a', 'b')], { ...slow, budgetMs: 1000 })).entries).toEqual([]);
    expect(slow.runs).toEqual(['a', 'a']);
  });

  it('measures a problem of which only the first run is long, which may hold compilation', async () => {
    const cold = machine({ a: [30, 10], b: [10, 5] });
    expect((await tune([contest('a', 'b')], { ...cold, budgetMs: 1000 })).entries).toMatchObject([{ variant: 'b' }]);
  });

  it('can be canceled', async () => {
    const signal = AbortSignal.abort();
    const started = tune([contest('a', 'b')], { ...machine({ a: [1], b: [1] }), budgetMs: 100, signal });
    await expect(started).rejects.toThrow('Tuning was canceled.');
  });

  it('runs the problems of a real network on the device', async () => {
    const device = await testDevice();
    const config = presets.small.mcc;
    const contests = contestsOf(networkNamed('mcc').plans!(config, device.target), device.target).slice(0, 3);
    const { entries, settled } = await tune(contests, {
      budgetMs: 60_000,
      prepare: ({ node, problem }, variant) =>
        prepareNode(device, node, { ...device.target, tuned: { [problem]: variant } }),
    });
    expect(entries.length + settled).toBe(3);
    expect(entries.length).toBeGreaterThan(0);
    for (const { problem, variant, times } of entries) {
      expect(contests.find((one) => one.problem === problem)?.variants).toContain(variant);
      expect(times).toBeGreaterThanOrEqual(1);
    }
  });
});

describe('a tuned choice', () => {
  const variant = (name: string, supports: true | string = true): Variant<object, null> => ({
    ...{ name, supports: () => supports },
    build: () => null,
  });
  const variants = [variant('tiled'), variant('tiled8x8'), variant('wide', 'no')];
  const chosen = (tuned: Record<string, string>) => {
    const { variant, why } = choose('linear', variants, { ...target, tuned }, { N: 3 });
    return [variant.name, why];
  };
  const { key = '' } = choose('linear', variants, { ...target, tuned: {} }, { N: 3 });

  it('comes before the table, and says so', () => {
    expect(chosen({ [key]: 'tiled8x8' })).toEqual([
      'tiled8x8',
      'not tiled: tuned, tiled8x8 was measured to be faster here',
    ]);
  });

  it('is passed over where it cannot run, is unknown, or is of another problem', () => {
    for (const tuned of [{ [key]: 'wide' }, { [key]: 'gone' }, { other: 'tiled8x8' }, { [key]: 'tiled' }]) {
      expect(chosen(tuned)).toEqual(['tiled', undefined]);
    }
  });
});
