import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantile, type BenchCase } from '../../src/cli/bench/measure.ts';
import { ratesOf, selectCases } from '../../src/cli/bench.ts';
import { runProgram } from '../../src/cli/program.ts';

const cases = ['matmul', 'layerNorm'].map((kernel): BenchCase => ({
  kernel,
  shape: '5 x 48',
  flops: 8e6,
  bytes: 4e6,
  bound: kernel === 'matmul' ? 'compute' : 'memory',
  build: () => {
    throw new Error('not run here');
  },
}));

describe('selection of cases', () => {
  it('takes all, or those that contain a word', () => {
    expect(selectCases([], cases)).toHaveLength(2);
    expect(selectCases(['MAT'], cases)).toEqual([cases[0]]);
    expect(selectCases(['5 x'], cases)).toHaveLength(2);
  });

  it('says which cases there are when a word fits none', () => {
    expect(() => selectCases(['matmul', 'fft'], cases)).toThrow('No benchmark is called fft.');
  });
});

describe('numbers', () => {
  it('rates and the share of the ceiling that limits', () => {
    const timing = { coldMs: 9, bestMs: 1, medianMs: 2, p90Ms: 3, wallMs: 4, runs: 5, clock: 'wall' } as const;
    const ceiling = { gflops: 16, gigabytesPerSecond: 8 };
    expect(ratesOf(cases[0], timing, ceiling)).toEqual({ gflops: 4, gigabytesPerSecond: 2, share: 0.25 });
    expect(ratesOf(cases[1], timing, ceiling).share).toBe(0.25);
  });

  it('quantiles are values that were measured', () => {
    expect([0, 0.5, 0.9].map((share) => quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], share))).toEqual([1, 5, 9]);
    expect(quantile([3], 0.9)).toBe(3);
  });
});

describe('unflat bench', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unflat-bench-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = async (...argv: string[]) => {
    let [stdout, stderr] = ['', ''];
    const terminal = { out: (text: string) => void (stdout += text), err: (text: string) => void (stderr += text) };
    const createEngine = () => Promise.reject(new Error('bench needs no engine'));
    const code = await runProgram(['bench', ...argv], { terminal, createEngine });
    return { code, stdout, stderr };
  };

  it('prints a table and appends a line for each case', async () => {
    const { code, stdout, stderr } = await run('layerNorm 197', '--budget', '0.01', '-o', folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/GFLOP\/s in registers/);
    expect(stdout).toMatch(/layerNorm +197 x 768/);
    const [file] = await readdir(folder);
    const line = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, number>;
    expect(line).toMatchObject({ kernel: 'layerNorm', precision: 'f32', family: null });
    expect(line.medianMs).toBeGreaterThan(0);
    expect(line.p90Ms).toBeGreaterThanOrEqual(line.medianMs);
    expect(line.runs).toBeGreaterThanOrEqual(5);
  });

  it('measures a network', async () => {
    const { code, stdout } = await run('mccEncode', '--stages', 'small', '-o', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/mccEncode +small, crop of an object/);
    const [file] = await readdir(folder);
    const lines = (await readFile(join(folder, file), 'utf8')).trim().split('\n');
    const line = JSON.parse(lines[lines.length - 1]) as Record<string, number | null>;
    expect(line).toMatchObject({ kernel: 'mccEncode', gigabytesPerSecond: null, runs: 2 });
    expect(line.flops).toBeGreaterThan(1e8);
    expect(line.weightBytes).toBeGreaterThan(1e5);
  });

  it('refuses a case that does not exist', async () => {
    const { code, stderr } = await run('fft', '-o', folder);
    expect(code).toBe(2);
    expect(stderr).toContain('error: No benchmark is called fft.\n  There are: ');
  });
});
