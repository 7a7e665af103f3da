import { expect, it } from 'vitest';
import { Estimates } from '../../../src/app/state/estimates.ts';
import { GRANULARITIES } from '../../../src/app/state/options.ts';

/** As localStorage. */
function memory() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

const STEPS = GRANULARITIES.map(({ step }) => step);

it('compares with the coarsest grid before a sweep was measured', () => {
  const words = STEPS.map((step) => new Estimates(() => 'gpu', memory()).wordsFor(step));
  expect(words[0]).toBe('fastest');
  const times = words.slice(1).map((text) => Number(/^about (\d+) times as long$/.exec(text)?.[1]));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThan(1);
});

it('tells what the measured sweep took, and more for finer ones', () => {
  const estimates = new Estimates(() => 'gpu', memory());
  estimates.learn(0.1, 8);
  expect(estimates.wordsFor(0.1)).toBe('about 8 s');
  expect(estimates.wordsFor(0.2)).toMatch(/^about [1-4] s$/);
  expect(estimates.wordsFor(0.05)).toMatch(/^about (3\d|4\d) s$/);
});

it('remembers for each engine by itself', () => {
  const shared = memory();
  new Estimates(() => 'gpu tiny', shared).learn(0.1, 8);
  expect(new Estimates(() => 'gpu tiny', shared).wordsFor(0.1)).toBe('about 8 s');
  expect(new Estimates(() => 'gpu official', shared).wordsFor(STEPS[0])).toBe('fastest');
});

it('works where nothing is remembered', () => {
  const estimates = new Estimates(() => 'gpu', undefined);
  estimates.learn(0.1, 8);
  expect(estimates.wordsFor(STEPS[0])).toBe('fastest');
});
