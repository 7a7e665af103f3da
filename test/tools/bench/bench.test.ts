/** The benchmark's command line, on the adapter of the tests. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Line, readResults } from '../../../tools/bench/lines.ts';
import { runBench } from '../../../tools/bench.ts';

describe('runBench', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'unflat-bench-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = async (...argv: string[]) => {
    let [stdout, stderr] = ['', ''];
    const terminal = { out: (text: string) => void (stdout += text), err: (text: string) => void (stderr += text) };
    const code = await runBench(argv, terminal);
    return { code, stdout, stderr };
  };

  const stored = async (): Promise<Line[]> => [...(await readResults(folder)).values()].flat();

  it('measures the variants of a case in one run and appends a line for each', async () => {
    const { code, stdout, stderr } = await run('layerNorm 197', '--budget', '0.01', '-o', folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/GFLOP\/s in registers/);
    expect(stdout).toMatch(/layerNorm +197 x 768/);
    const lines = await stored();
    expect(lines.map(({ variant }) => variant).sort()).toEqual(['lane', 'subgroup', 'workgroup']);
    expect(new Set(lines.map(({ date }) => date)).size).toBe(1);
    for (const one of lines) {
      expect(one).toMatchObject({ kernel: 'layerNorm', precision: 'f32', bound: 'memory' });
      expect(one.medianMs).toBeGreaterThan(0);
      expect(one.p90Ms).toBeGreaterThanOrEqual(one.medianMs);
      expect(one.runs).toBeGreaterThanOrEqual(5);
      expect(one.share).toBeCloseTo((one.gigabytesPerSecond ?? 0) / one.ceiling, 10);
    }
  });

  it('measures one variant where it is asked for one', async () => {
    const own = join(folder, 'variant');
    await mkdir(own);
    const { code } = await run('layerNorm 197', '--variant', 'workgroup', '--budget', '0.01', '-o', own);
    expect(code).toBe(0);
    const lines = [...(await readResults(own)).values()].flat();
    expect(lines.map(({ variant }) => variant)).toEqual(['workgroup']);
    expect((await run('layerNorm 197', '--variant', 'slow', '-o', own)).stderr).toMatch(/Allowed choices are tiled,/);
  });

  it('measures stages of a network', async () => {
    const { code, stdout } = await run('mccEncode', '--stages', 'small', '-o', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/mccEncode +small, crop of an object/);
    const last = (await stored()).at(-1)!;
    expect(last).toMatchObject({ kernel: 'mccEncode', gigabytesPerSecond: null });
    expect(last.runs).toBeGreaterThanOrEqual(3);
    expect(last.gflops).toBeGreaterThan(0);
    expect(last.peakDeviceBytes).toBeGreaterThan(1e6);
    expect(Object.values(last.kernels!).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
  });

  it('writes the document of what is stored', async () => {
    const file = join(folder, 'benchmarks.md');
    expect(await run('--table', file, '-o', folder)).toMatchObject({ code: 0, stdout: `Wrote ${file}\n` });
    const { stdout } = await run('-o', folder, '--table');
    expect(await readFile(file, 'utf8')).toBe(stdout);
    expect(stdout).toMatch(/\| layerNorm +\| 197 x 768 \(MCC\)/);
  });

  it('names a line that cannot be read', async () => {
    const [name] = (await readdir(folder)).filter((file) => file.endsWith('.jsonl'));
    await writeFile(join(folder, name), '{}\n{"cut');
    const { code, stderr } = await run('--table', '-o', folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Line 2 of .* is not JSON/);
  });

  it('refuses a case that does not exist', async () => {
    const { code, stderr } = await run('fft', '-o', folder);
    expect(code).toBe(2);
    expect(stderr).toContain('error: No benchmark is called fft.\n  There are: ');
  });
});
