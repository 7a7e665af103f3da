/** Broken files: every fault that `npm run fuzz` has found stays mended, and a few hundred new cases of each target meet none. */
import { afterAll, describe, expect, it } from 'vitest';
import { judge } from '../../tools/fuzz/judge.ts';
import { keptCases } from '../../tools/fuzz/kept.ts';
import { Random } from '../../tools/fuzz/random.ts';
import { type Found, runCases } from '../../tools/fuzz/run.ts';
import { removeScratchFolders } from '../../tools/fuzz/scratch.ts';
import { shrunk } from '../../tools/fuzz/shrink.ts';
import type { Cases } from '../../tools/fuzz/target.ts';
import { targets } from '../../tools/fuzz/targets/index.ts';
import { UserError } from '../../src/host/errors.ts';

const FREE = 512 * 2 ** 20;
const kept = await keptCases();

afterAll(removeScratchFolders);

describe('cases that failed once', () => {
  it('are there', () => expect(kept.size).toBeGreaterThan(20));

  it.each([...kept])('%s', async (_, { target: name, ...failing }) => {
    const target = targets.find((one) => one.name === name)!;
    const outcome = await judge(await target.open(), failing, FREE);
    expect(outcome.kind).not.toBe('failure');
  });
});

describe('new cases', () => {
  // Those that are read from disk, or by the decoder of pictures, are slower.
  const slow = (name: string): boolean => /^(photo|mask|label|depth|shards|lists|caches|command)/.test(name);

  it.each(targets.map(({ name }) => name))('%s: meet no fault', async (name) => {
    const target = targets.find((one) => one.name === name)!;
    const found: Found[] = [];
    const count = slow(name) ? 60 : 1500;
    const counts = await runCases(target, await target.open(), {
      ...{ seed: 7, from: 0, to: count, known: new Set<string>() },
      onFound: (one) => void found.push(one),
    });
    expect(found).toEqual([]);
    expect(counts.cases).toBe(count);
    expect(counts.refused).toBeGreaterThan(0);
  });

  it('are the same for a seed and a number', async () => {
    for (const target of targets) {
      const cases = await target.open();
      const [one, same] = [await cases.make(new Random(3, 5)), await cases.make(new Random(3, 5))];
      expect(same).toEqual(one);
    }
  });
});

describe('a judge', () => {
  const verdict = async (read: Cases['read'], allowed?: string[]): Promise<string> => {
    const cases: Cases = { make: () => ({ files: {} }), read };
    const outcome = await judge(cases, { files: { 'a.bin': Uint8Array.of(1) }, ...(allowed && { allowed }) }, FREE);
    return outcome.kind === 'failure' ? outcome.problem : outcome.kind;
  };
  const throwing = (error: Error) => (): Promise<string> => Promise.reject(error);

  it('accepts results, and errors that say what is wrong and what to do', async () => {
    expect(await verdict(() => Promise.resolve('x'))).toBe('accepted');
    expect(await verdict(throwing(new UserError('a.bin is damaged.', { hint: 'Get it again.' })))).toBe('refused');
  });

  it('finds results of what is broken, crashes, and errors that say too little or too much', async () => {
    expect(await verdict(() => Promise.resolve('x'), [])).toBe('a result from a broken file');
    expect(await verdict(throwing(new TypeError('x is not a function')))).toMatch(/^TypeError/);
    const hidden = new UserError('a.bin is damaged.', { hint: 'Get it again.', cause: new RangeError('x') });
    expect(await verdict(throwing(hidden))).toMatch(/^a hidden RangeError/);
    expect(await verdict(throwing(new UserError('It is damaged.', { hint: 'Get it.' })))).toMatch(
      /without the file’s name/,
    );
    expect(await verdict(throwing(new UserError('a.bin is damaged.')))).toMatch(/^no word of what to do/);
    const words = new UserError('a.bin: found undefined.', { hint: 'Get it again.' });
    expect(await verdict(throwing(words))).toMatch(/^a bug’s words/);
  });

  it('finds memory that a file is not worth', async () => {
    const greedy = (): Promise<string> => Promise.resolve(String(new Uint8Array(2 ** 30 + FREE).fill(1).length));
    const cases: Cases = { make: () => ({ files: {} }), read: greedy };
    const outcome = await judge(cases, { files: { 'a.bin': Uint8Array.of(1) } }, 2 ** 28);
    expect(outcome).toEqual({ kind: 'failure', problem: 'memory' });
  });

  it('is given small cases: what does not belong to a failure is left out', async () => {
    const files = { a: new Uint8Array(1000).fill(1).with(700, 9), b: new Uint8Array(10) };
    const small = await shrunk(files, (one) => Promise.resolve(one.a.includes(9)));
    expect(small).toEqual({ a: Uint8Array.of(9), b: new Uint8Array() });
  });
});
