/** Native code's lines on standard error. Each test runs a process of its own, because all of a process shares the descriptor. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutHarmless } from '../../src/host/node/nativeWarnings.ts';

const WARNINGS = ['Uniform', 'Storage']
  .map(
    (kind) =>
      `Warning: maxDynamic${kind}BuffersPerPipelineLayout artificially reduced from 1000000 to 16 to fit dynamic offset allocation limit.\n`,
  )
  .join('');

/** `writeSync` stands for native code: neither goes through `process.stderr`. */
const PROGRAM = `
  import { writeSync } from 'node:fs';
  import { withoutNativeWarnings } from '../../../src/host/node/nativeWarnings.ts';
  const call = (text, result) => withoutNativeWarnings(() => { writeSync(2, text); return result(); });
  console.error('before');
  console.log(call(${JSON.stringify(WARNINGS)} + 'A driver failed.\\n', () => 7));
  try {
    call(${JSON.stringify(WARNINGS)}, () => { throw new Error('no adapter'); });
  } catch (error) {
    console.error(error.message);
  }
  process.stderr.write('after\\n');`;

/** Asks for the adapter as the engine does. */
const ADAPTER = `
  import { listAdapters, requestNodeAdapter } from '../../../src/host/node/adapter.ts';
  await listAdapters();
  (await requestNodeAdapter()).release();
  console.error('done');`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  for (const [name, contents] of Object.entries({ PROGRAM, ADAPTER })) {
    await build({
      stdin: { contents, resolveDir: folder },
      outfile: join(folder, `${name}.mjs`),
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    });
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** What a program writes to standard error when that is a pipe of the shell. */
function stderrInPipe(name: string): string {
  const program = `"${process.execPath}" "${join(folder, `${name}.mjs`)}"`;
  return spawnSync('sh', ['-c', `TMPDIR="${folder}" ${program} 2>&1 >/dev/null | cat`], { encoding: 'utf8' }).stdout;
}

/** What the log of a shell holds after a program and another one. @param sign `>>` appends, `>` writes the file anew */
function stderrInFile(name: string, sign: '>>' | '>'): string {
  const program = `"${process.execPath}" "${join(folder, `${name}.mjs`)}"`;
  const log = join(folder, `shell${sign.length}.txt`);
  spawnSync('sh', ['-c', `(TMPDIR="${folder}" ${program} >/dev/null; echo last >&2) 2${sign} "${log}"`]);
  return readFileSync(log, 'utf8');
}

const onLinux = it.runIf(process.platform === 'linux');

describe('withoutHarmless', () => {
  it('drops the two lines about dynamic buffers and keeps all others', () => {
    expect(withoutHarmless(WARNINGS)).toBe('');
    expect(withoutHarmless(`one\n${WARNINGS}two\n`)).toBe('one\ntwo\n');
    expect(withoutHarmless('Warning: the driver is old.\n')).toBe('Warning: the driver is old.\n');
  });
});

describe('withoutNativeWarnings', () => {
  onLinux('hides harmless lines on a pipe, and standard error works afterwards', async () => {
    expect(stderrInPipe('PROGRAM')).toBe('before\nA driver failed.\nno adapter\nafter\n');
    expect((await readdir(folder)).filter((name) => name.endsWith('.log'))).toEqual([]);
  });

  onLinux('keeps them from a file that is appended to, and leaves any other file as it is', () => {
    expect(stderrInFile('PROGRAM', '>>')).toBe('before\nA driver failed.\nno adapter\nafter\nlast\n');
    expect(stderrInFile('PROGRAM', '>')).toBe(
      `before\n${WARNINGS}A driver failed.\n${WARNINGS}no adapter\nafter\nlast\n`,
    );
  });

  it('leaves everything as it is where standard error cannot be opened again', () => {
    // Node gives its child processes sockets.
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'PROGRAM.mjs')], { encoding: 'utf8' });
    expect(stdout).toBe('7\n');
    expect(stderr).toBe(`before\n${WARNINGS}A driver failed.\n${WARNINGS}no adapter\nafter\n`);
  });

  onLinux('keeps quiet about what Dawn finds in a driver', () => expect(stderrInPipe('ADAPTER')).toBe('done\n'));
});
