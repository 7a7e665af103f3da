/** The command as a process of its own: exit codes, Ctrl-C, and the files that it leaves. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';

/** A program that makes an engine, disposes it, and makes another. */
const TWICE = `
  import { createEngine } from '../../src/node.ts';
  const photo = { width: 40, height: 30, rgba: new Uint8Array(4800).fill(255) };
  const results = [];
  for (let i = 0; i < 2; i++) {
    const engine = await createEngine({ weights: 'synthetic:1' });
    results.push((await engine.depth(photo)).meters);
    engine.dispose();
  }
  console.log(results[0].length, results[0].every((meters, i) => meters === results[1][i]));`;

/** A program's output, errors and exit code. */
async function runProcess(file: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(bundles, file), ...(file === 'cli.mjs' ? ['doctor'] : [])], {
    env: { ...process.env, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

let bundles: string;
let folder: string;
let out: string;

beforeAll(async () => {
  // The page view.html is built.
  await ensureBuild();
  // Inside the project, so that the bundle finds its packages.
  bundles = await mkdtemp(join(import.meta.dirname, 'run-'));
  folder = await mkdtemp(join(tmpdir(), 'unflat-process-'));
  await build({
    entryPoints: [join(import.meta.dirname, '../../src/cli/main.ts')],
    outfile: join(bundles, 'cli.mjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    loader: { '.wgsl': 'text' },
  });
  await build({
    stdin: { contents: TWICE, resolveDir: import.meta.dirname },
    outfile: join(bundles, 'twice.mjs'),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    loader: { '.wgsl': 'text' },
  });
  const pixels = Uint8Array.from({ length: 3 * 64 * 48 }, (_, i) => (i * 31) % 256);
  await sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } }).toFile(join(folder, 'photo.png'));
}, 300_000);
afterAll(async () => {
  await rm(bundles, { recursive: true });
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  out = join(folder, `out-${Math.random()}`);
});

/** Runs `unflat reconstruct`; `interrupts` times Ctrl-C as soon as standard error shows `at`. */
async function reconstruct(granularity: number, at = '', interrupts = 0) {
  const prompt = ['--mask', join(folder, 'photo.png'), '-o', out, '--granularity', String(granularity)];
  const child = spawn(process.execPath, [
    join(bundles, 'cli.mjs'),
    'reconstruct',
    join(folder, 'photo.png'),
    ...prompt,
  ]);
  let [stdout, stderr] = ['', ''];
  let left = interrupts;
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => {
    stderr += piece.toString();
    // The second one follows when the first was heard.
    const heard = left < interrupts ? stderr.includes('Stopping') : stderr.includes(at);
    if (left > 0 && heard) {
      left--;
      child.kill('SIGINT');
    }
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('a program', () => {
  it('makes an engine after disposing another, and ends by itself', async () => {
    const { code, stdout } = await runProcess('twice.mjs');
    expect([code, stdout]).toEqual([0, '1200 true\n']);
  });
});

describe('standard output', () => {
  /** Runs a command line of the shell in which `unflat` stands for the program. */
  const shell = (line: string) =>
    spawnSync('bash', ['-c', line.replace('unflat', `"${process.execPath}" "${join(bundles, 'cli.mjs')}"`)], {
      encoding: 'utf8',
    });

  it('may be closed by a reader that has seen enough', () => {
    const { status, stderr } = shell('set -o pipefail; unflat reconstruct --help | true');
    expect([status, stderr]).toEqual([0, '']);
  });

  it('is said to be full', () => {
    const { status, stderr } = shell('unflat --help > /dev/full');
    expect([status, stderr]).toEqual([1, 'error: Standard output cannot be written: the disk is full.\n']);
  });
});

describe('the process', () => {
  it('says what to install where there is no adapter', async () => {
    const none = join(folder, 'no-driver.json');
    const { code, stderr } = await runProcess('cli.mjs', { VK_ICD_FILENAMES: none, VK_DRIVER_FILES: none });
    expect(code).toBe(1);
    expect(stderr).toContain('error: No WebGPU adapter was found on this machine.\n  Run `npm run setup`');
  });

  it('writes plain lines into a pipe and ends by itself', async () => {
    const { code, stdout, stderr } = await reconstruct(1);
    expect(code).toBe(0);
    expect(stdout).toContain(join(out, 'view.html\n'));
    expect(stderr).toMatch(/^sweep \.\.\.$/m);
    expect(stderr).toMatch(/^(A mesh of \d+ triangles from )?\d+ points in /m);
    expect(stderr).not.toContain('\x1b');
  });

  it('keeps what the sweep had found when Ctrl-C is pressed', async () => {
    const { code, stderr } = await reconstruct(0.02, 'sweep ...', 1);
    expect(stderr).toContain('Stopped by Ctrl-C');
    expect(code).toBe(130);
    const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<string, unknown>;
    expect(summary).toMatchObject({ partial: true, swept: { of: 350 * 350 * 375 } });
    expect((await readdir(out)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('ends at once on the second Ctrl-C, with nothing half-written and no empty folder', async () => {
    const { code } = await reconstruct(0.02, 'sweep ...', 2);
    expect(code).toBe(130);
    expect(existsSync(out)).toBe(false);
  });

  it('stops before the sweep without a result', async () => {
    const { code, stderr } = await reconstruct(0.02, 'load ', 1);
    expect(code).toBe(130);
    expect(stderr).toMatch(/(canceled|Stopped by Ctrl-C)\.\n$/);
    expect(existsSync(out)).toBe(false);
  });
});
