/** The portable folder: what it holds, and that it runs outside of the repository with an emptied environment. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { select } from '../../tools/bench.ts';
import { benchCases } from '../../tools/bench/cases.ts';
import { stageNames } from '../../tools/bench/stages.ts';
import { readJsonLines } from '../../tools/jsonLines.ts';
import { writePortable } from '../../tools/portable.mjs';
import { neededLibraries } from '../../tools/portable/libraries.mjs';
import { vulkanEnv } from '../../tools/portable/machineLibraries.ts';
import { KERNELS, partsFor, STAGES } from '../../tools/portable/parts.ts';
import { runStep } from '../../tools/portable/steps.ts';
import { capture } from '../../tools/setup/process.mjs';

describe('the parts', () => {
  const parts = (minutes: number) =>
    partsFor({ adapter: 'gpu', minutes, results: 'results', parityFile: 'p.jsonl', fixtures: { tiny: ['a', 'b'] } });

  it('measure every case of the benchmark once', () => {
    const selected = Object.values(KERNELS).flatMap((words) => select([...words], benchCases));
    const nameOf = ({ kernel, shape }: { kernel: string; shape: string }): string => `${kernel} ${shape}`;
    expect(selected.map(nameOf).sort()).toEqual(benchCases.map(nameOf).sort());
  });

  it('measure every stage once', () => {
    const words = [...Object.values(STAGES).flat(), 'sweep'];
    const selected = words.flatMap((word) => select([word], stageNames));
    expect(selected.map(({ kernel }) => kernel).sort()).toEqual(stageNames.map(({ kernel }) => kernel).sort());
  });

  it('end one after the other, before the time is over', () => {
    for (const minutes of [2, 8]) {
      const deadlines = parts(minutes).map(({ deadline }) => deadline);
      expect(deadlines).toEqual([...deadlines].sort((a, b) => a - b));
      expect(deadlines.at(-1)).toBeLessThan(60 * minutes - 10);
    }
  });

  it('ask for the chosen adapter in every step', () => {
    for (const { args } of parts(8).flatMap(({ steps }) => steps)) {
      expect(args.join(' ')).toContain('--adapter gpu');
    }
  });
});

describe('the environment of a step', () => {
  const lib = '/carried';

  it('has the carried libraries that the machine lacks, after its own', () => {
    const env = { LD_LIBRARY_PATH: '/own' };
    expect(vulkanEnv(lib, env, () => true)).toMatchObject(env);
    expect(vulkanEnv(lib, env, (name) => name !== 'libXext.so.6').LD_LIBRARY_PATH).toBe('/own:/carried/x11');
    expect(vulkanEnv(lib, {}, () => false).LD_LIBRARY_PATH).toBe('/carried/vulkan:/carried/x11');
  });

  it('asks the dynamic loader what the machine has', () => {
    // The tests of this project run with a Vulkan adapter, so the loader is here.
    expect(vulkanEnv(lib, {}).LD_LIBRARY_PATH ?? '').not.toContain('/carried/vulkan');
  });
});

describe('the folder', () => {
  let folder: string;
  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'unflat-portable-')), 'unflat-portable');
    return writePortable(folder, { fast: true });
  });
  afterAll(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());

  it('has at most 60 MB', () => {
    const bytes = files().reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThanOrEqual(60e6);
  });

  it('has programs, libraries, bundles, fixtures and weights', () => {
    expect(files()).toEqual(
      expect.arrayContaining([
        'run.sh',
        'README.md',
        'bin/node.xz',
        'bin/xz',
        'lib/vulkan/libvulkan.so.1',
        'lib/x11/libX11.so.6',
        'app/run.js',
        'app/unflat.js',
        'app/bench.js',
        'app/parity.js',
        'app/node_modules/webgpu/dist/linux-x64/dawn.node.xz',
        'app/golden/kernels/softmax.safetensors',
        'app/golden/networks/sam_b.safetensors',
        'app/golden/tiny/tiny_mcc.safetensors',
        'app/tiny/config.json',
        'app/tiny/sam.safetensors',
      ]),
    );
    expect(readFileSync(join(folder, 'lib/glibc'), 'utf8')).toMatch(/^2\.\d+\n$/);
  });

  it('has every library that its programs need, but for glibc', () => {
    const carried = new Set(
      readdirSync(join(folder, 'lib'), { recursive: true, encoding: 'utf8' }).map((name) => name.split('/').at(-1)),
    );
    const needed = neededLibraries([
      process.execPath,
      join(folder, 'bin/xz'),
      join(folder, 'lib/vulkan/libvulkan.so.1'),
    ]);
    expect(needed.map((path) => path.split('/').at(-1)).filter((name) => !carried.has(name))).toEqual([]);
  });

  it('runs without an environment, and leaves lines of JSON', async () => {
    const { status, stdout, stderr } = run('--only', 'doctor', '--minutes', '60');
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('unpacking bin/node');
    expect(stdout).toContain('3 done, 0 failed, 0 stopped, 0 left out');
    const machine = join(folder, 'results/machine');
    const found = await readJsonLines<Record<string, unknown>>(join(machine, 'doctor.jsonl'));
    expect(found).toMatchObject([
      { kind: 'doctor', precision: 'f32', commit: expect.stringMatching(/^[0-9a-f]{7,}$/) as string },
      { kind: 'doctor', precision: 'f16' },
    ]);
    const steps = await readJsonLines<Record<string, unknown>>(join(machine, 'steps.jsonl'));
    expect(steps.map(({ part, outcome }) => [part, outcome])).toEqual(Array(3).fill(['doctor', 'done']));
    expect(readFileSync(join(machine, 'log.txt'), 'utf8')).toContain('Self-test against float64');
  });

  it('unpacks once', () => {
    const { status, stdout, stderr } = run('--help');
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).not.toContain('unpacking');
  });

  it('compares fixtures, with the weights in it', () => {
    const args = ['app/parity.js', 'app/golden/tiny/tiny_zoe.safetensors'].map((name) => join(folder, name));
    const { status, stdout, stderr } = capture(join(folder, 'bin/node'), args);
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('All 1 files agree.');
  });

  it('goes on when steps fail, and says so', () => {
    const { status, stdout } = run('--only', 'doctor', '--minutes', '60', '--adapter', 'no such adapter');
    expect(status).toBe(1);
    expect(stdout).toContain('No adapter fits --adapter no such adapter');
    expect(stdout).toContain('0 done, 3 failed, 0 stopped, 0 left out');
  });

  it('refuses what it does not have', () => {
    const { status, stderr } = run('--only', 'kernel');
    expect(status).toBe(1);
    expect(stderr).toContain('There are: doctor, parity, kernels, stages, sweeps.');
    expect(run('--minutes', '0.5').stderr).toContain('Expected at least 1 minute.');
  });

  it('stops a step whose time is over', async () => {
    const shown: string[] = [];
    const step = {
      name: 'linear',
      program: 'unflat',
      args: ['bench', '-o', join(folder, 'out'), '--budget', '100', 'linear '],
    } as const;
    const settings = {
      app: join(folder, 'app'),
      env: process.env,
      limit: 3,
      show: (text: string) => void shown.push(text),
    };
    const { outcome, reason } = await runStep(step, { ...settings, signal: new AbortController().signal });
    expect([outcome, reason]).toEqual(['stopped', expect.stringContaining('its time of 3 s was over')]);
  });

  /** Runs run.sh as from a shell that has nothing but a way to it. */
  const run = (...args: string[]) => capture('env', ['-i', join(folder, 'run.sh'), ...args]);
});
