import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/host/errors.ts';
import { FileBytes } from '../../src/host/node/bytes.ts';
import {
  expectWritable,
  OutputFolder,
  temporaryName,
  tryOutput,
  writeTogether,
  writeWhole,
} from '../../src/host/node/files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (name: string) => readFile(join(folder, name), 'utf8');

async function* pieces(...parts: (string | Error)[]) {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield bytes(part);
  }
}

describe('writeWhole', () => {
  it('writes bytes and pieces, and replaces what was there', async () => {
    await writeWhole(join(folder, 'a'), bytes('old'));
    await writeWhole(join(folder, 'a'), pieces('ne', 'w'));
    expect(await read('a')).toBe('new');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('keeps the old file and leaves nothing behind when the content fails halfway', async () => {
    await writeWhole(join(folder, 'a'), bytes('old'));
    await expect(writeWhole(join(folder, 'a'), pieces('new', new Error('sweep failed')))).rejects.toThrow(
      'sweep failed',
    );
    expect(await read('a')).toBe('old');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('stops between pieces when it is aborted', async () => {
    const controller = new AbortController();
    async function* endless() {
      for (let i = 0; ; i++) {
        if (i === 3) controller.abort(new Error('stopped'));
        yield bytes('more');
      }
    }
    await expect(writeWhole(join(folder, 'a'), endless(), controller.signal)).rejects.toThrow('stopped');
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves nothing behind when the process ends while it writes', async () => {
    // A process of its own: what is tested happens when a process exits.
    const script = `
      const { writeWhole } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/host/node/files.ts'))});
      async function* endless() { yield new Uint8Array(9); setTimeout(() => process.exit(7), 50); await new Promise(() => setInterval(() => {}, 1000)); }
      await writeWhole(${JSON.stringify(join(folder, 'a'))}, endless());`;
    const bundle = join(folder, 'run.mjs');
    const { build } = await import('esbuild');
    await build({
      stdin: { contents: script, resolveDir: folder },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const run = spawnSync(process.execPath, [bundle], { encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([7, '']);
    expect(await readdir(folder)).toEqual(['run.mjs']);
  });

  it('names the file that cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const path = join(folder, 'file', 'mask.png');
    const error = await writeWhole(path, bytes('x')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(
      `The output ${path} cannot be written: part of its path is a file, not a folder.`,
    );
  });
});

describe('writeTogether', () => {
  it('writes files in several folders, and replaces what was there', async () => {
    await writeFile(join(folder, 'a'), 'old');
    const [a, b] = [join(folder, 'a'), join(folder, 'deep', 'b')];
    expect(await writeTogether({ [a]: bytes('1'), [b]: pieces('2', '3') })).toEqual([a, b]);
    expect([await read('a'), await read('deep/b')]).toEqual(['1', '23']);
    expect((await readdir(folder)).sort()).toEqual(['a', 'deep']);
    expect(await readdir(join(folder, 'deep'))).toEqual(['b']);
  });

  it('writes none when a later one fails, in whatever folder', async () => {
    const files = { [join(folder, 'new', 'a')]: bytes('1'), [join(folder, 'b')]: pieces('2', new Error('no b')) };
    await expect(writeTogether(files)).rejects.toThrow('no b');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['first', 'last'])('takes everything back when the %s name belongs to a folder', async (place) => {
    await mkdir(join(folder, 'taken'));
    await writeFile(join(folder, 'old'), 'old');
    const others = { [join(folder, 'old')]: bytes('1'), [join(folder, 'fresh', 'b')]: bytes('2') };
    const taken = { [join(folder, 'taken')]: bytes('3') };
    const writing = writeTogether(place === 'first' ? { ...taken, ...others } : { ...others, ...taken });
    await expect(writing).rejects.toThrow(/taken cannot be written: .*folder/);
    expect(await read('old')).toBe('old');
    expect((await readdir(folder)).sort()).toEqual(['old', 'taken']);
  });

  it('takes everything back when a later file cannot be renamed', async () => {
    await writeFile(join(folder, 'old'), 'old');
    // As a program that clears temporary files would: the second file is gone before it gets its name.
    async function* clearing() {
      for (const name of await readdir(folder)) if (name.startsWith('.lost.')) await rm(join(folder, name));
      yield bytes('4');
    }
    const files = { 'fresh/a': bytes('1'), old: bytes('2'), lost: bytes('3'), last: clearing() };
    const named = Object.fromEntries(Object.entries(files).map(([name, content]) => [join(folder, name), content]));
    await expect(writeTogether(named)).rejects.toThrow(`The output ${join(folder, 'lost')} cannot be written`);
    expect(await read('old')).toBe('old');
    expect(await readdir(folder)).toEqual(['old']);
  });
});

describe('OutputFolder', () => {
  it('makes the folder and writes all files', async () => {
    const output = await OutputFolder.open(join(folder, 'deep', 'out'));
    const paths = await output.writeAll({ a: bytes('1'), b: pieces('2', '3') });
    expect(paths).toEqual([join(folder, 'deep/out/a'), join(folder, 'deep/out/b')]);
    expect(await read('deep/out/b')).toBe('23');
    expect((await readdir(output.path)).sort()).toEqual(['a', 'b']);
  });

  it('writes none of the files when one fails', async () => {
    const output = await OutputFolder.open(folder);
    await expect(output.writeAll({ a: bytes('1'), b: pieces('2', new Error('no b')) })).rejects.toThrow('no b');
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a folder below a regular file, before any work', async () => {
    await writeFile(join(folder, 'file'), '');
    const error = await OutputFolder.open(join(folder, 'file', 'out')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(
      `The output folder ${join(folder, 'file', 'out')} cannot be created`,
    );
  });

  it('refuses a folder that the system does not let anyone make', async () => {
    await expect(OutputFolder.open('/proc/unflat/out')).rejects.toThrow(
      'The output folder /proc/unflat/out cannot be created',
    );
  });

  it('refuses a file where a folder is', async () => {
    await mkdir(join(folder, 'mask.png'));
    await expect(expectWritable(join(folder, 'mask.png'))).rejects.toThrow('is a folder, not a file');
  });
});

describe('folders that are made for results', () => {
  const out = () => join(folder, 'deep', 'out');

  it('are gone again when nothing was written', async () => {
    const output = await OutputFolder.open(out());
    expect(await readdir(folder)).toEqual([]);
    await expect(output.writeAll({ a: pieces('1', new Error('no a')) })).rejects.toThrow('no a');
    await expect(writeWhole(join(out(), 'b'), pieces(new Error('no b')))).rejects.toThrow('no b');
    expect(await readdir(folder)).toEqual([]);
  });

  it('stay when they were there before', async () => {
    await mkdir(join(folder, 'deep'));
    await tryOutput(join(out(), 'mask.png'));
    expect(await readdir(folder)).toEqual(['deep']);
    expect(await readdir(join(folder, 'deep'))).toEqual([]);
  });

  it('stay when a later file fails', async () => {
    await writeWhole(join(out(), 'a'), bytes('1'));
    await expect(writeWhole(join(out(), 'b'), pieces(new Error('no b')))).rejects.toThrow('no b');
    expect(await readdir(out())).toEqual(['a']);
  });

  it('stay for files that grow line by line', async () => {
    await expectWritable(join(out(), 'lines.jsonl'));
    expect(await readdir(out())).toEqual([]);
  });
});

describe('FileBytes', () => {
  it('reads ranges', async () => {
    await writeFile(join(folder, 'w.safetensors'), 'abcdefgh');
    const source = await FileBytes.open(join(folder, 'w.safetensors'));
    expect([source.name, source.size]).toEqual(['w.safetensors', 8]);
    expect(new TextDecoder().decode(await source.read(2, 3))).toBe('cde');
    expect((await source.read(8, 0)).length).toBe(0);
    await expect(source.read(6, 4)).rejects.toThrow(
      'w.safetensors: bytes 6 to 10 were requested, but the file ends at 8.',
    );
    await source.close();
  });

  it('refuses what is not there and what is no file', async () => {
    await expect(FileBytes.open(join(folder, 'none'))).rejects.toThrow(
      'cannot be opened: there is no such file or folder.',
    );
    await expect(FileBytes.open(folder)).rejects.toThrow(`${folder} is not a file.`);
  });
});

describe('temporary files', () => {
  /** The number of a process that is dead. */
  const dead = (): number => spawnSync(process.execPath, ['-e', '']).pid;
  const left = (pid: number, machine: string): string => join(folder, `.a.png.${pid}.${machine}.0123456789ab.part`);
  const own = basename(temporaryName('x')).split('.')[3];

  it('of dead processes are removed by the next one that writes there, those of living ones are not', async () => {
    await writeFile(left(dead(), own), 'half');
    await writeFile(left(process.ppid, own), 'half');
    await writeWhole(join(folder, 'b'), bytes('b'));
    expect((await readdir(folder)).sort()).toEqual([basename(left(process.ppid, own)), 'b']);
  });

  it('of other machines are removed after a day, also where a clock was wrong', async () => {
    const day = 24 * 3600;
    const ages = { '00000001': 3600, '00000002': 2 * day, '00000003': -2 * day };
    for (const [machine, age] of Object.entries(ages)) {
      await writeFile(left(1, machine), 'half');
      const time = Date.now() / 1000 - age;
      await utimes(left(1, machine), time, time);
    }
    await writeWhole(join(folder, 'b'), bytes('b'));
    expect((await readdir(folder)).sort()).toEqual([basename(left(1, '00000001')), 'b']);
  });
});
