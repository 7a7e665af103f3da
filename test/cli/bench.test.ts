import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchCases } from '../../src/cli/bench/cases.ts';
import { benchDocument, newestCases } from '../../src/cli/bench/document.ts';
import { ratesOf, sharesOf } from '../../src/cli/bench/jobs.ts';
import { type BaselineLine, type Line, readResults } from '../../src/cli/bench/lines.ts';
import { markdownTable } from '../../src/cli/bench/markdown.ts';
import { inTurns, quantile, timingOf } from '../../src/cli/bench/measure.ts';
import { meterMemory } from '../../src/cli/bench/memory.ts';
import { targets, verdicts } from '../../src/cli/bench/targets.ts';
import { textbookMatmul } from '../../src/cli/bench/textbook.ts';
import { select } from '../../src/cli/bench.ts';
import { runProgram } from '../../src/cli/program.ts';
import { evaluate } from '../../src/graph/evaluate.ts';
import { storageBuffer } from '../../src/graph/transfer.ts';
import { linearRef } from '../../src/kernels/linear/linear.ref.ts';
import { testDevice } from '../setup/evaluate.ts';

const line = (own: Partial<Line>): Line => ({
  unflat: '0.1.0',
  commit: null,
  date: '2026-01-01',
  processor: 'P',
  cores: 2,
  kind: 'kernel',
  adapter: 'A',
  adapterClass: 'software8',
  kernel: 'linear',
  shape: '512 x 512 x 512 (round)',
  precision: 'f32',
  family: 'subgroup8',
  chosen: true,
  ...{ coldMs: 9, bestMs: 1, medianMs: 2, p90Ms: 3, wallMs: 4, runs: 5, clock: 'wall', bound: 'compute' },
  ...{ gflops: 10, gigabytesPerSecond: 1, ceiling: 20, share: 0.5, load: 1 },
  ...own,
});

const baseline: BaselineLine = {
  library: 'PyTorch 1',
  date: '2026-01-01',
  ...{ processor: 'P', cores: 2, threads: 2, kernel: 'sgemm PyTorch', shape: '512 x 512 x 512' },
  ...{ medianMs: 1, p90Ms: 1, gflops: 100, load: 1 },
};

describe('cases', () => {
  it('are told apart by kernel and shape, and each target is one of them', () => {
    const names = benchCases.map(({ kernel, shape }) => `${kernel} ${shape}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { kernel, shape } of targets) expect(names).toContain(`${kernel} ${shape}`);
  });

  it('are selected by words; all without one', () => {
    const cases = ['matmul', 'layerNorm'].map((kernel) => ({ kernel, shape: '5 x 48' }));
    expect(select([], cases)).toHaveLength(2);
    expect(select(['MAT'], cases)).toEqual([cases[0]]);
    expect(select(['5 x'], cases)).toHaveLength(2);
    expect(() => select(['matmul', 'fft'], cases)).toThrow('No benchmark is called fft.');
  });
});

describe('numbers', () => {
  it('rates and the share of the ceiling that limits', () => {
    const sizes = { flops: 8e6, bytes: 4e6 };
    const rates = (bound: 'compute' | 'memory', ceiling: number) =>
      ratesOf({ ...sizes, bound }, { medianMs: 2 }, ceiling);
    expect(rates('compute', 16)).toMatchObject({ gflops: 4, gigabytesPerSecond: 2, share: 0.25 });
    expect(rates('memory', 8).share).toBe(0.25);
  });

  it('quantiles are values that were measured', () => {
    expect([0, 0.5, 0.9].map((share) => quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], share))).toEqual([1, 5, 9]);
    expect(quantile([3], 0.9)).toBe(3);
    const samples = [3, 1, 2].map((ms) => ({ ms, wallMs: 10 * ms }));
    expect(timingOf(7, samples, 'wall')).toEqual({
      ...{ coldMs: 7, bestMs: 1, medianMs: 2, p90Ms: 3, wallMs: 20, runs: 3, clock: 'wall' },
    });
  });

  it('runners take turns; a turn of a fast one is several runs after one that does not count', async () => {
    let order = '';
    const runner = (name: string, wallMs: number) => ({
      sample: () => {
        order += name;
        return Promise.resolve({ ms: order.length, wallMs });
      },
    });
    const samples = await inTurns([runner('a', 30), runner('b', 10)], { budgetMs: 0, leastRounds: 2 });
    expect(order).toBe('abbbbabbbb');
    expect(samples.map((list) => list.map(({ ms }) => ms))).toEqual([
      [1, 6],
      [3, 4, 5, 8, 9, 10],
    ]);
  });

  it('shares of time by kernel, largest first', () => {
    const steps = [
      { kernel: 'a', ms: 1 },
      { kernel: 'b', ms: 6 },
      { kernel: 'a', ms: 1 },
    ];
    expect(Object.entries(sharesOf(steps))).toEqual([
      ['b', 0.75],
      ['a', 0.25],
    ]);
  });
});

describe('targets', () => {
  it('compare lines of one run, and PyTorch’s on the same processor', () => {
    const lines = [
      line({}),
      line({ family: 'tiled', chosen: false, medianMs: 30 }),
      line({ date: '2026-01-02', medianMs: 1 }),
    ];
    const found = verdicts(lines, [{ ...baseline, medianMs: 0.2 }]);
    expect(found.map(({ target, times, met }) => [target.against, times, met])).toEqual([
      ['tiled', 15, true],
      ['pytorch', 0.2, false],
    ]);
    expect(verdicts(lines, [{ ...baseline, processor: 'Q' }])).toHaveLength(1);
  });

  it('say nothing where the plain kernels are the chosen ones', () => {
    expect(verdicts([line({ family: 'tiled' })], [])).toEqual([]);
  });
});

describe('the document', () => {
  it('tables are as wide as their widest cell', () => {
    expect(markdownTable(['a', 'b'], [['long cell', '1']])).toBe(
      '| a         | b   |\n| --------- | --- |\n| long cell | 1   |\n',
    );
    expect(markdownTable(['a'], [])).toBe('');
  });

  it('takes the newest run of each case', () => {
    const [old, next, other] = [line({}), line({ date: '2026-01-02' }), line({ kernel: 'conv2d' })];
    expect(newestCases([old, other, next])).toEqual([[next], [other]]);
  });

  it('shows targets, kernels, stages and PyTorch', () => {
    const stage = {
      kind: 'stage',
      family: null,
      kernels: { linear: 0.99, add: 0.01 },
      peakDeviceBytes: 2 ** 20,
    } as const;
    const lines = [
      line({}),
      line({ family: 'tiled', chosen: false, medianMs: 10 }),
      line({ ...stage, kernel: 'samEncode', shape: 'full' }),
      line({ ...stage, kernel: 'sweep batched', shape: 'full', pointsPerSecond: 1234.4 }),
    ];
    const text = benchDocument({ adapters: new Map([['A', lines]]), baselines: [baseline] });
    expect(text).toMatch(/\| 5\.00 x \| 10 x +\| \*\*missed\*\* \|/);
    expect(text).toMatch(/tiled .* 5\.0 x slower \|/);
    expect(text).toMatch(/samEncode \| full \| .*1 MiB/);
    expect(text).toMatch(/linear 99 % +\|/);
    expect(text).toMatch(/sweep batched \| full \| 1234 +\|/);
    expect(text).toMatch(/linear, 512 .* sgemm PyTorch, PyTorch 1, 2 threads .* 25 %/);
  });
});

describe('on a device', () => {
  it('the textbook’s product is a product', async () => {
    const device = await testDevice();
    const [M, K, N] = [17, 33, 18];
    const [a, b] = [M * K, K * N].map((n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i)));
    const { y } = await evaluate(device, ({ input }) => ({
      y: textbookMatmul(input(a, [M, K]), input(b, [K, N])),
    }));
    const transposed = Float32Array.from({ length: N * K }, (_, i) => b[(i % K) * N + Math.floor(i / K)]);
    const expected = linearRef(a, transposed, N, K);
    // Rounding of K products and sums of values up to 1.
    const bound = K * K * 2 ** -24;
    for (let i = 0; i < M * N; i++) expect(Math.abs(y[i] - expected[i])).toBeLessThanOrEqual(bound);
  });

  it('memory is counted where it is allocated', async () => {
    const device = await testDevice();
    const meter = meterMemory(device.gpu);
    const [first, second] = [1000, 3000].map((bytes) => storageBuffer(device, 'test', 4 * bytes));
    first.destroy();
    first.destroy();
    expect(meter.peakDeviceBytes).toBe(16000);
    meter.reset();
    expect(meter.peakDeviceBytes).toBe(12000);
    expect(meter.peakProcessBytes).toBeGreaterThan(1e6);
    second.destroy();
    meter.dispose();
    storageBuffer(device, 'not counted', 1e6).destroy();
    expect(meter.peakDeviceBytes).toBe(12000);
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

  const stored = async (): Promise<Line[]> => [...(await readResults(folder)).adapters.values()].flat();

  it('measures the families of a case in one run and appends a line for each', async () => {
    const { code, stdout, stderr } = await run('layerNorm 197', '--budget', '0.01', '-o', folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/GFLOP\/s in registers/);
    expect(stdout).toMatch(/layerNorm +197 x 768/);
    const lines = await stored();
    expect(lines.map(({ family }) => family).sort()).toEqual(['lane', 'workgroup']);
    expect(new Set(lines.map(({ date }) => date)).size).toBe(1);
    for (const one of lines) {
      expect(one).toMatchObject({ kernel: 'layerNorm', precision: 'f32', bound: 'memory' });
      expect(one.medianMs).toBeGreaterThan(0);
      expect(one.p90Ms).toBeGreaterThanOrEqual(one.medianMs);
      expect(one.runs).toBeGreaterThanOrEqual(5);
      expect(one.share).toBeCloseTo((one.gigabytesPerSecond ?? 0) / one.ceiling, 10);
    }
  });

  it('measures stages of a network', async () => {
    const { code, stdout } = await run('mccEncode', '--stages', 'small', '-o', folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/mccEncode +small, crop of an object/);
    const last = (await stored()).at(-1)!;
    expect(last).toMatchObject({ kernel: 'mccEncode', gigabytesPerSecond: null, runs: 3 });
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
