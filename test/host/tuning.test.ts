import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTuning, tuningOf, tuningPath, writeTuning, type TuningEntry } from '../../src/host/node/tuning.ts';

const info = { vendor: 'acme', architecture: 'a1', device: '0x7', description: 'ACME 9 (driver 25.1)' };
const entry = (problem: string, variant: string): TuningEntry => ({
  ...{ kernel: 'linear', problem, variant },
  ...{ usual: 'tiled', times: 2 },
});

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'unflat-tuning-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('the tuning of an adapter', () => {
  it('is read as it was written, and grows', async () => {
    expect(await readTuning(info, folder)).toEqual({ path: tuningPath(info, folder) });
    await writeTuning(info, [entry('p', 'tiled8x8'), entry('q', 'tiled8x8')], folder);
    const path = await writeTuning(info, [entry('q', 'tiled')], folder);
    const { file, ignored } = await readTuning(info, folder);
    expect(ignored).toBeUndefined();
    expect(file?.entries).toEqual([entry('p', 'tiled8x8'), entry('q', 'tiled')]);
    expect(tuningOf(file!)).toEqual({ p: 'tiled8x8', q: 'tiled' });
    expect(path).toBe(tuningPath(info, folder));
  });

  it.each([
    ['no JSON', () => '{', 'it is damaged'],
    ['no object', () => 'null', 'it is damaged'],
    ['an entry without a variant', (text: string) => text.replace('"variant"', '"other"'), 'it is damaged'],
    [
      'another version',
      (text: string) => text.replace(/"unflat": "[^"]*"/, '"unflat": "0.0.1"'),
      /^it is from unflat 0\.0\.1/,
    ],
    [
      'another driver',
      (text: string) => text.replace('driver 25.1', 'driver 25.2'),
      'it is of another adapter or driver',
    ],
  ])('is passed over with a reason: %s', async (_, change, reason) => {
    const path = await writeTuning(info, [entry('p', 'tiled8x8')], folder);
    await writeFile(path, change(await readFile(path, 'utf8')));
    const found = await readTuning(info, folder);
    expect(found.file).toBeUndefined();
    expect(found.ignored).toMatch(reason);
    // A new tuning takes its place.
    await writeTuning(info, [entry('q', 'tiled')], folder);
    expect((await readTuning(info, folder)).file?.entries).toHaveLength(1);
  });
});
