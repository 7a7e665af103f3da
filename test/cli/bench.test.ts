/** The command `unflat bench`, which loads the benchmark's bundle; test/tools/bench is about the benchmark itself. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addBench } from '../../src/cli/bench.ts';
import { runProgram } from '../../src/cli/program.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-bench-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `unflat bench` with the bundle of this name in the test's folder. */
async function run(bundle: string, ...argv: string[]) {
  let [stdout, code] = ['', -1];
  const terminal = { out: (text: string) => void (stdout += text), err: () => {} };
  const program = new Command().exitOverride();
  const finish = (exitCode: number): void => void (code = exitCode);
  addBench(program, { terminal }, finish, pathToFileURL(join(folder, bundle)));
  await program.parseAsync(['bench', ...argv], { from: 'user' });
  return { code, stdout };
}

describe('unflat bench', () => {
  it('hands its arguments to the bundle, options and --help included', async () => {
    const source = 'export const runBench = async (argv, terminal) => (terminal.out(argv.join("|")), 130);';
    await writeFile(join(folder, 'bench.mjs'), source);
    expect(await run('bench.mjs', 'mat mul', '--budget', '1', '-o', 'x')).toEqual({
      code: 130,
      stdout: 'mat mul|--budget|1|-o|x',
    });
    expect(await run('bench.mjs', '--help')).toEqual({ code: 130, stdout: '--help' });
  });

  it('answers --help from the bundle in the whole program, too', async () => {
    let stderr = '';
    const terminal = { out: () => {}, err: (text: string) => void (stderr += text) };
    const createEngine = () => Promise.reject(new Error('bench needs no engine'));
    // The sources have no bundle beside them.
    expect(await runProgram(['bench', '--help'], { terminal, createEngine })).toBe(1);
    expect(stderr).toContain('error: The benchmark cannot be found: ');
  });

  it('says which file is missing, and what makes it', async () => {
    await expect(run('none.js')).rejects.toMatchObject({
      name: 'UserError',
      message: `The benchmark cannot be found: ${join(folder, 'none.js')} is missing.`,
      hint: expect.stringContaining('npm run build') as string,
    });
  });
});
