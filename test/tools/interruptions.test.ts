/** Commands that are killed, disturbed by another process, or have no place to write: a few trials of `npm run test:interruptions`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';
import { differences, snapshotOf } from '../../tools/interruptions/snapshot.ts';
import { type Subject, subjects } from '../../tools/interruptions/subjects.ts';
import { inFolder, killedAndAgain, runCli, undisturbed } from '../../tools/interruptions/trial.ts';

beforeAll(ensureBuild, 300_000);

const subject = (name: string): Subject => subjects.find((one) => one.name === name)!;

describe('killed before a change to the file system, and run again', () => {
  it.each(['convert', 'pull'])('%s gives what an undisturbed run gives', async (name) => {
    const expected = await undisturbed(subject(name));
    for (const change of [2, Math.ceil(expected.changes / 2), expected.changes]) {
      expect(await killedAndAgain(subject(name), { change }, expected)).toEqual({ killed: true, problems: [] });
    }
  });
});

describe('two processes with one output', () => {
  it.each(['convert', 'pull'])('%s ends well in both', async (name) => {
    const expected = await undisturbed(subject(name));
    await inFolder(subject(name), async (folder) => {
      const args = await subject(name).args();
      const runs = await Promise.all([runCli(folder, args, {}), runCli(folder, args, {})]);
      expect(runs.map(({ code }) => code)).toEqual([0, 0]);
      expect(differences(await snapshotOf(join(folder, 'out')), expected.out)).toEqual([]);
    });
  });
});

describe('a cache that cannot be written', () => {
  it.each([
    ['EROFS', 'the disk is read-only'],
    ['ENOSPC', 'the disk is full'],
  ])('%s: the error says so, and nothing is left', async (code, reason) => {
    await inFolder(subject('pull'), async (folder) => {
      const run = await runCli(folder, await subject('pull').args(), { UNFLAT_FAIL: code });
      expect(run.code).toBe(1);
      expect(run.said).toContain(
        `cannot be created: ${reason}.\n  Choose another one with --weights-dir or UNFLAT_CACHE.`,
      );
      expect(await readdir(folder)).toEqual(['in']);
    });
  });
});

describe('differences', () => {
  it('are files that are missing, were left, or hold something else', () => {
    const found = new Map(Object.entries({ a: '1', b: '2', '.c.part': '3' }));
    const expected = new Map(Object.entries({ a: '1', b: '9', d: '4' }));
    expect(differences(found, expected)).toEqual(['.c.part was left', 'b is another one', 'd is missing']);
    expect(differences(expected, expected)).toEqual([]);
  });
});
