/** `unflat bench [case...]`: kernels, or with --stages whole networks, on this machine: as a table and as JSON lines. */
import { execFile } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Command, Option } from 'commander';
import { version } from '../../package.json';
import { Device } from '../graph/device.ts';
import { Cancelled } from '../graph/errors.ts';
import { EXIT, messageOf, UserError } from '../host/errors.ts';
import { requestNodeAdapter } from '../host/node/adapter.ts';
import { expectWritable } from '../host/node/files.ts';
import type { Family } from '../kernels/target.ts';
import { benchCases } from './bench/cases.ts';
import { type Ceiling, measureCeiling } from './bench/ceiling.ts';
import { type BenchCase, measure, type Timing } from './bench/measure.ts';
import { measureStage, stages, type Stage } from './bench/stages.ts';
import { presets } from '../../weights/index.ts';
import { watchInterrupt } from './interrupt.ts';
import { positive } from './options.ts';
import type { CommandContext } from './session.ts';
import type { Terminal } from './terminal.ts';

interface Options {
  adapter: string;
  precision: 'f32' | 'f16';
  family?: Family;
  budget: number;
  stages?: keyof typeof presets;
  output: string;
}

/** One measurement, as it is stored. */
interface Line extends Timing {
  unflat: string;
  /** Commit of the working tree; null outside of a repository. */
  commit: string | null;
  date: string;
  adapter: string;
  adapterClass: string;
  kernel: string;
  shape: string;
  precision: string;
  /** Kernel family that was asked for; null when the table for the adapter chose. */
  family: Family | null;
  gflops: number;
  /** Of stages that ask points. */
  pointsPerSecond?: number;
  /** Null for stages, whose traffic depends on the kernels. */
  gigabytesPerSecond: number | null;
  ceiling: Ceiling;
  /** Share of the ceiling that limits this case. */
  share: number;
}

/** Adds the command to the program. @param finish is told the exit code */
export function addBench(program: Command, { terminal }: CommandContext, finish: (code: number) => void): void {
  program
    .command('bench')
    .description('measure kernels on this machine')
    .argument('[case...]', 'only cases whose name or shape contains one of these words')
    .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter’s name', 'auto')
    .addOption(new Option('--precision <type>', 'storage of weights').choices(['f32', 'f16']).default('f32'))
    .addOption(new Option('--family <name>', 'kernel family instead of the chosen one').choices(['tiled', 'subgroup8']))
    .addOption(new Option('--stages <size>', 'measure networks with generated weights').choices(Object.keys(presets)))
    .option('--budget <seconds>', 'time for the warm runs of one case', positive('Expected a number above 0.'), 1)
    .option('-o, --output <folder>', 'where the JSON lines are appended, a file for each adapter', 'bench/results')
    .action(async (words: string[], options: Options) => {
      await bench(words, options, terminal);
      finish(EXIT.ok);
    });
}

async function bench(words: string[], options: Options, terminal: Terminal): Promise<void> {
  const { family, precision } = options;
  const jobs = options.stages ? stageJobs(words, options.stages) : kernelJobs(words, 1000 * options.budget);
  const { adapter, wait, release } = await requestNodeAdapter(options.adapter);
  const file = join(options.output, `${slug(adapter.info.description)}.jsonl`);
  await expectWritable(file);
  const target = family && { matmul: family, attention: family, conv: family };
  const device = await Device.create(adapter, { wait, precision, target });
  const interruption = watchInterrupt((line) => terminal.err(`${line}\n`));
  const { signal } = interruption;
  try {
    const ceiling = await measureCeiling(device, signal);
    const { description } = adapter.info;
    terminal.out(`${description} (${device.adapterClass})\n${describeCeiling(ceiling)}\n\n${HEADER}\n`);
    const origin = { unflat: version, commit: await currentCommit(), date: new Date().toISOString() };
    for (const job of jobs) {
      if (signal.aborted) throw new Cancelled('The benchmark');
      const line: Line = {
        ...origin,
        ...{ adapter: description, adapterClass: device.adapterClass, precision, family: family ?? null, ceiling },
        ...(await job(device, ceiling, signal)),
      };
      terminal.out(`${formatLine(line)}\n`);
      await append(file, line);
    }
    terminal.out(`\nAppended to ${file}\n`);
  } finally {
    interruption.dispose();
    device.dispose();
    release();
  }
}

/** What a job finds out; the rest of a line is the same for all. */
type Finding = Timing & Pick<Line, 'kernel' | 'shape' | 'gflops' | 'gigabytesPerSecond' | 'share' | 'pointsPerSecond'>;
type Job = (device: Device, ceiling: Ceiling, signal: AbortSignal) => Promise<Finding>;

function kernelJobs(words: string[], budgetMs: number): Job[] {
  return selectCases(words).map((one) => async (device, ceiling, signal) => {
    const timing = await measure(device, one.build, { budgetMs, signal });
    return { kernel: one.kernel, shape: one.shape, ...timing, ...ratesOf(one, timing, ceiling) };
  });
}

function stageJobs(words: string[], size: keyof typeof presets): Job[] {
  const named = stages.map((stage) => ({ ...stage, kernel: stage.name, shape: `${size}, ${stage.shape}` }));
  return select(words, named).map((stage: Stage) => async (device, ceiling, signal) => {
    const timing = await measureStage(device, stage, presets[size], { signal });
    const gflops = timing.flops / timing.medianMs / 1e6;
    const share = gflops / ceiling.gflops;
    return { kernel: stage.name, shape: stage.shape, ...timing, gflops, gigabytesPerSecond: null, share };
  });
}

/** Cases that contain one of the words; all when there is none. @throws UserError if a word fits no case */
export const selectCases = (words: string[], cases: readonly BenchCase[] = benchCases): BenchCase[] =>
  select(words, cases);

function select<T extends { kernel: string; shape: string }>(words: string[], cases: readonly T[]): T[] {
  const fits = ({ kernel, shape }: T, word: string): boolean =>
    `${kernel} ${shape}`.toLowerCase().includes(word.toLowerCase());
  const stray = words.find((word) => !cases.some((one) => fits(one, word)));
  if (stray !== undefined) {
    throw new UserError(`No benchmark is called ${stray}.`, {
      hint: `There are: ${[...new Set(cases.map(({ kernel }) => kernel))].join(', ')}.`,
      exitCode: EXIT.usage,
    });
  }
  return cases.filter((one) => words.length === 0 || words.some((word) => fits(one, word)));
}

/** Rates of a case, and its share of the ceiling that limits it. */
export function ratesOf({ flops, bytes, bound }: BenchCase, { medianMs }: Timing, ceiling: Ceiling) {
  const gflops = flops / medianMs / 1e6;
  const gigabytesPerSecond = bytes / medianMs / 1e6;
  const share = bound === 'compute' ? gflops / ceiling.gflops : gigabytesPerSecond / ceiling.gigabytesPerSecond;
  return { gflops, gigabytesPerSecond, share };
}

const COLUMNS = [-13, -44, 9, 10, 9, 9, 9, 8, 7, 9];

const row = (cells: string[]): string =>
  cells
    .map((cell, i) => (COLUMNS[i] < 0 ? cell.padEnd(-COLUMNS[i]) : cell.padStart(COLUMNS[i])))
    .join(' ')
    .trimEnd();

const HEADER = row([
  'kernel',
  'shape',
  'cold ms',
  'median ms',
  'p90 ms',
  'wall ms',
  'GFLOP/s',
  'GB/s',
  'share',
  'points/s',
]);

function formatLine(line: Line): string {
  const { pointsPerSecond } = line;
  return row([
    line.kernel,
    line.shape,
    line.coldMs.toFixed(0),
    ...[line.medianMs, line.p90Ms, line.wallMs].map((ms) => ms.toFixed(3)),
    line.gflops.toFixed(1),
    line.gigabytesPerSecond?.toFixed(2) ?? '',
    `${(100 * line.share).toFixed(0)} %`,
    pointsPerSecond === undefined ? '' : `${Number(pointsPerSecond.toPrecision(3))}`,
  ]);
}

const describeCeiling = ({ gflops, gigabytesPerSecond }: Ceiling): string =>
  `at most ${gflops.toFixed(0)} GFLOP/s in registers, ${gigabytesPerSecond.toFixed(1)} GB/s of copying; share is of what limits the case`;

/** An adapter's name as a file name. */
const slug = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'adapter';

async function append(file: string, line: Line): Promise<void> {
  try {
    await appendFile(file, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw new UserError(`The results cannot be appended to ${file}: ${messageOf(error)}.`, { cause: error });
  }
}

/** The commit of the working tree, or null where there is no repository or no git. */
async function currentCommit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD']);
    return stdout.trim();
  } catch {
    return null;
  }
}
