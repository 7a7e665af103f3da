/** The command `unflat doctor --deep`; test/tools/deep.test.ts is about the checks themselves. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDoctor } from '../../src/cli/doctor.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';

const built = join(root, 'dist/deep.js');

/** One right result and one that is wrong, as an adapter with a broken driver has them. */
const WRONG = `
  export const checkedKernels = ['affine', 'softmax'];
  export const runChecks = async () => [
    { kernel: 'affine', name: 'linear', error: 0.1, bound: 0.2, passed: true },
    { kernel: 'softmax', name: 'long rows', variant: 'tiled', error: 3, bound: 1, passed: false, problem: 'is off by 3' },
  ];
`;

let folder: string;
beforeAll(async () => {
  await ensureBuild();
  folder = await mkdtemp(join(tmpdir(), 'unflat-doctor-'));
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

/** Runs `unflat doctor` with a bundle of checks. */
async function run(bundle: string, ...argv: string[]) {
  let [stdout, code] = ['', -1];
  const terminal = { out: (text: string) => void (stdout += text), err: () => {} };
  const program = new Command().exitOverride();
  addDoctor(program, { terminal }, (exitCode) => void (code = exitCode), pathToFileURL(bundle));
  await program.parseAsync(['doctor', ...argv], { from: 'user' });
  return { code, stdout };
}

describe('unflat doctor --deep', () => {
  it('checks the named kernels, and those that read large weights also with f16', async () => {
    const { code, stdout } = await run(built, '--deep', 'affine', 'convTranspose2d');
    expect(code).toBe(0);
    const [f32, f16] = stdout.split('large weights stored in ').slice(1);
    expect(f32).toMatch(/^f32\n {2}affine +\d+ runs +(exact|worst error 0\.\d\d of its bound)/);
    expect(f32).toMatch(/\n {2}convTranspose2d +\d+ runs /);
    expect(f16).toMatch(/^f16\n {2}convTranspose2d +\d+ runs /);
    expect(f16).toMatch(/\nAll \d+ runs are within their bounds\.\n/);
  });

  it('names what an adapter computes wrongly, and exits with 1', async () => {
    const wrong = join(folder, 'wrong.mjs');
    await writeFile(wrong, WRONG);
    const { code, stdout } = await run(wrong, '--deep');
    expect(code).toBe(1);
    expect(stdout).toMatch(/WRONG: 2 of \d+ runs\. This adapter or its driver computes wrong results: \S/);
    expect(stdout).toContain('  softmax (tiled, f32), long rows: is off by 3\n');
    expect(stdout).toContain('unflat doctor --deep --json');
    const json = await run(wrong, '--deep', '--json');
    expect(json.code).toBe(1);
    const checks = [{ passed: true }, { kernel: 'softmax', error: 3, bound: 1, passed: false, problem: 'is off by 3' }];
    expect(JSON.parse(json.stdout)).toMatchObject({
      selfTest: expect.arrayContaining([expect.objectContaining({ passed: true })]) as unknown[],
      deep: [
        { precision: 'f32', checks },
        { precision: 'f16', checks },
      ],
    });
  });

  it('says which kernels there are', async () => {
    await expect(run(built, '--deep', 'warp drive')).rejects.toMatchObject({
      message: 'No kernel is called warp drive.',
      hint: expect.stringContaining('affine') as string,
      exitCode: 2,
    });
  });
});
