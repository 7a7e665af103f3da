/** The long batch of `npm run bench:batch`: what its check sees, and what its table says. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemsOf } from '../../tools/batch/check.ts';
import { batchTable } from '../../tools/batch/table.ts';
import { watchedBatch } from '../../tools/batch/watchedBatch.ts';
import { ensureBuild } from '../../tools/build.mjs';

const FILES = ['object.ply', 'points.glb', 'mask.png', 'depth.png', 'summary.json'];
/** `c` is of the same photo as `a`. */
const NAMES = ['a', 'b', 'c'];
const NOTHING = { lost: [], doubled: [], left: [], different: [] };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = (names: readonly string[]): Promise<void> =>
  writeFile(
    join(folder, 'results.jsonl'),
    names.map((name) => `${JSON.stringify({ name, status: 'done' })}\n`).join(''),
  );

/** The results of a batch where all is well. */
async function whole(): Promise<void> {
  await lines(NAMES);
  for (const name of NAMES) {
    await mkdir(join(folder, name));
    for (const file of FILES) await writeFile(join(folder, name, file), name === 'b' ? 'b' : 'a');
  }
}

const problems = (runs: readonly (readonly string[])[] = [['a', 'b'], ['c']]): ReturnType<typeof problemsOf> =>
  problemsOf(folder, NAMES, (name) => (name === 'c' ? 'a' : name), runs);

describe('the check', () => {
  it('sees nothing where all is well, whatever the second run says of the time', async () => {
    await whole();
    await writeFile(join(folder, 'c', 'summary.json'), 'later');
    expect(await problems()).toEqual(NOTHING);
  });

  it('sees an object without a line, one without a file, and one without a folder', async () => {
    await whole();
    await lines(['a', 'c']);
    await rm(join(folder, 'c', 'summary.json'));
    expect((await problems()).lost).toEqual(['b', 'c']);
    await rm(join(folder, 'a'), { recursive: true });
    await rm(join(folder, 'c'), { recursive: true });
    expect((await problems()).lost).toEqual(NAMES);
  });

  it('sees an object with two lines, and one that both runs made', async () => {
    await whole();
    await lines([...NAMES, 'a']);
    expect(
      await problems([
        ['a', 'b'],
        ['b', 'c'],
      ]),
    ).toEqual({ ...NOTHING, doubled: ['a', 'b'] });
  });

  it('sees what was left over, and objects that differ from those of the same photo', async () => {
    await whole();
    await writeFile(join(folder, '.object.part'), '');
    await writeFile(join(folder, 'c', 'mask.png'), 'another one');
    expect(await problems()).toEqual({ ...NOTHING, left: ['.object.part'], different: ['c'] });
  });
});

describe('the command that is watched', () => {
  beforeAll(ensureBuild, 300_000);

  it('fails with what it said', async () => {
    const run = watchedBatch({ args: [join(folder, 'none')], objectsPerPoint: 1 }, new AbortController().signal);
    await expect(run).rejects.toThrow(/unflat batch ended with 1: error: The list .*none cannot be read/);
  });
});

describe('the table', () => {
  it('has the rate and the memory of each stretch of both runs', () => {
    const point = (objects: number, seconds: number) => ({
      ...{ objects, seconds, rss: 300 * 2 ** 20, heapUsed: 2 ** 25, arrayBuffers: 2 ** 24 },
    });
    const table = batchTable({
      ...{ unflat: '0', commit: null, date: '', processor: '', cores: 2, load: 0, adapter: '' },
      ...{ photos: 5, size: [160, 120], kill: { objects: 4, ms: 20 } },
      runs: [
        { objects: 4, seconds: 8, memory: [point(2, 5), point(4, 8)] },
        { objects: 1, seconds: 4, memory: [point(1, 4)] },
      ],
      problems: { lost: 0, doubled: 0, left: 0, different: 0 },
    });
    expect(table).toContain('killed 20 ms after object 4');
    expect(table).toContain('4 objects in 8 s, then 1 in 4 s, 25 a minute.');
    expect(table).toContain('| first  | 1 to 2  | 2.50         | 300          | 32               | 16           |');
    expect(table).toContain('| first  | 3 to 4  | 1.50 ');
    expect(table).toContain('| second | 1 to 1  | 4.00 ');
  });
});
