/**
 * Measures kernels, or whole networks with --stages, on this machine. Prints a table and appends lines of JSON. The command
 * `unflat bench`, which `npm run bench` runs, loads this bundle.
 */
import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { watchInterrupt } from '../src/cli/interrupt.ts';
import { parsePositive } from '../src/cli/options.ts';
import { reportError } from '../src/cli/reportError.ts';
import type { Terminal } from '../src/cli/terminal.ts';
import { Device } from '../src/graph/device.ts';
import { Canceled } from '../src/graph/errors.ts';
import { EXIT, messageOf, UserError } from '../src/host/errors.ts';
import { dawnOptionsFor, requestNodeAdapter } from '../src/host/node/adapter.ts';
import { expectSound } from '../src/host/selfTest.ts';
import { expectWritable } from '../src/host/node/files.ts';
import { PRODUCT_VARIANTS, ROW_VARIANTS } from '../src/kernels/target.ts';
import { writeTuning } from '../src/host/node/tuning.ts';
import { networkNamed, networks, presets } from '../src/pipeline/registry.ts';
import { benchCases } from './bench/cases.ts';
import { type Ceilings, measureCeilings, prepareCeilings } from './bench/ceiling.ts';
import { type Bench, type Finding, measureCase, measureNetwork } from './bench/jobs.ts';
import { benchDocument } from './bench/document.ts';
import { appendLine, fileOf, type Line, readResults } from './bench/lines.ts';
import { clockOf } from './bench/measure.ts';
import { meterMemory } from './bench/memory.ts';
import { type PresetSize, stageNames, stagedNetworks } from './bench/stages.ts';
import { prepareNode } from './bench/stepRunner.ts';
import { verdicts } from './bench/targets.ts';
import { contestsOf, tune } from './bench/tune.ts';
import { formatLine, formatVerdict, HEADER } from './bench/terminalTable.ts';
import { originOf } from './origin.ts';

interface Options {
  adapter: string;
  precision: 'f32' | 'f16';
  variant?: string;
  budget: number;
  stages?: PresetSize;
  output: string;
  table?: string | true;
  tune?: true;
}

const VARIANTS = [...PRODUCT_VARIANTS, ...ROW_VARIANTS, 'textbook'];

/**
 * Runs one command line of `unflat bench`.
 * @param argv arguments after `bench`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C
 */
export async function runBench(argv: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('unflat bench')
    .description('Measure kernels on this machine.')
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .showHelpAfterError('(unflat bench --help lists the options)')
    .exitOverride()
    .argument('[case...]', 'only cases whose name or shape contains one of these words')
    .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter’s name', 'auto')
    .addOption(new Option('--precision <type>', 'storage of weights').choices(['f32', 'f16']).default('f32'))
    .addOption(new Option('--variant <name>', 'only this variant, of kernels that have several').choices(VARIANTS))
    .addOption(new Option('--stages <size>', 'measure networks with generated weights').choices(Object.keys(presets)))
    .option('--budget <seconds>', 'time for the warm runs of one case', parsePositive, 2)
    .option('-o, --output <folder>', 'where the JSON lines are appended, a file for each adapter', 'bench/results')
    .option('--table [file]', 'measure nothing: print the stored results as a document, or write it to a file')
    .option(
      '--tune',
      'find the fastest variants for the networks (all, or: sam, zoe, mcc) on this adapter and keep them',
    )
    .action((words: string[], options: Options) => {
      if (options.table) return writeTable(options.output, options.table, terminal);
      return options.tune ? tuneAdapter(words, options, terminal) : bench(words, options, terminal);
    });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return reportError(error, terminal.err);
  }
}

async function writeTable(folder: string, file: string | true, terminal: Terminal): Promise<void> {
  const text = benchDocument(await readResults(folder));
  if (file === true) return terminal.out(text);
  await expectWritable(file);
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new UserError(`The document cannot be written to ${file}: ${messageOf(error)}.`, { cause: error });
  }
  terminal.out(`Wrote ${file}\n`);
}

/** Time for all measurements of a tuning, compilation included. */
const TUNING_MS = 45_000;

/** Measures the variants for the problems of networks, and keeps the choice in the cache folder. */
async function tuneAdapter(words: string[], options: Options, terminal: Terminal): Promise<void> {
  const stray = words.find((word) => !networks.some(({ id }) => id === word));
  if (stray !== undefined) {
    const hint = `There are: ${networks.map(({ id }) => id).join(', ')}.`;
    throw new UserError(`There is no network ${stray} to tune for.`, { hint, exitCode: EXIT.usage });
  }
  const { device, dispose } = await openDevice(options);
  const interruption = watchInterrupt((line) => terminal.err(`${line}\n`));
  const { signal } = interruption;
  try {
    const configs = presets[options.stages ?? 'full'];
    const graphs = networks
      .filter(({ id }) => words.length === 0 || words.includes(id))
      .flatMap(({ id }) => {
        const network = networkNamed(id);
        return (network.plans ?? network.record)(configs[id], device.target);
      });
    const contests = contestsOf(graphs, device.target);
    terminal.out(`${device.info.description}: ${contests.length} problems, less than a minute\n`);
    const { entries, settled } = await tune(contests, {
      prepare: ({ node, problem }, variant) =>
        prepareNode(device, node, { ...device.target, tuned: { [problem]: variant } }),
      ...{ budgetMs: TUNING_MS, signal },
      onEntry: ({ kernel, variant, usual, times }) =>
        terminal.out(`  ${kernel}: ${variant}${variant === usual ? '' : `, ${times} times as fast as ${usual}`}\n`),
    });
    const path = await writeTuning(device.info, entries);
    const rest = contests.length - entries.length - settled;
    terminal.out(
      `Measured ${entries.length} of ${contests.length}; kept in ${path}\n` +
        `In ${settled} more, what could be compared was far slower in other problems; ` +
        `${rest} were left out for lack of time.\n`,
    );
  } finally {
    interruption.dispose();
    dispose();
  }
}

async function bench(words: string[], options: Options, terminal: Terminal): Promise<void> {
  const jobs = options.stages ? stageJobs(words, options.stages) : kernelJobs(words, options);
  const origin = await originOf();
  const { device, dispose } = await openDevice(options);
  const { description } = device.info;
  const file = fileOf(options.output, description);
  const interruption = watchInterrupt((line) => terminal.err(`${line}\n`));
  const { signal } = interruption;
  let ceilings: Ceilings | undefined;
  try {
    await expectWritable(file);
    ceilings = await prepareCeilings(device, signal);
    const { compute, memory } = await measureCeilings(ceilings, signal);
    terminal.out(
      `${description} (${device.adapterClass}) on ${origin.cores} x ${origin.processor}\n` +
        `${compute.toFixed(0)} GFLOP/s in registers, ${memory.toFixed(1)} GB/s of copying; both are measured again between ` +
        `the runs of each case, and share is of what limits it there. Times are ${CLOCKS[clockOf(device)]}.\n\n${HEADER}\n`,
    );
    const rest = { adapter: description, adapterClass: device.adapterClass, precision: options.precision };
    const lines: Line[] = [];
    for (const job of jobs) {
      for await (const findings of job({ device, ceilings, signal })) {
        const found = findings.map((finding): Line => ({ ...origin, ...rest, ...finding }));
        for (const line of found) {
          terminal.out(`${formatLine(line, found)}\n`);
          await appendLine(file, line);
        }
        lines.push(...found);
        if (signal.aborted) throw new Canceled('The benchmark');
      }
    }
    const judged = verdicts(lines);
    if (judged.length) terminal.out(`\nTargets\n${judged.map((one) => `${formatVerdict(one)}\n`).join('')}`);
    terminal.out(`\nAppended to ${file}\n`);
  } finally {
    interruption.dispose();
    ceilings?.dispose();
    dispose();
  }
}

const CLOCKS = {
  timestamps: 'by timestamps on the device',
  wall: 'wall time: this adapter has no timestamps',
} as const;

/** Gives timestamps to the nanosecond; Dawn rounds them to 65 microseconds by default. */
const DAWN_OPTIONS = ['disable-dawn-features=timestamp_quantization'];

async function openDevice({ adapter: choice, precision }: Options) {
  const { adapter, wait, release } = await requestNodeAdapter(choice, [...DAWN_OPTIONS, ...dawnOptionsFor(precision)]);
  try {
    const device = await Device.create(adapter, { wait, precision });
    if (precision === 'f16') await expectSound(device);
    const dispose = (): void => {
      device.dispose();
      release();
    };
    return { device, dispose };
  } catch (error) {
    release();
    throw error;
  }
}

/** Yields the findings of cases or stages that were measured together. */
type Job = (bench: Bench) => AsyncGenerator<Finding[]>;

function kernelJobs(words: string[], { variant, budget }: Options): Job[] {
  return select(words, benchCases).map(
    (one): Job =>
      async function* (bench) {
        yield await measureCase(one, bench, { variant, budgetMs: 1000 * budget });
      },
  );
}

function stageJobs(words: string[], size: PresetSize): Job[] {
  const names = new Set(select(words, stageNames).map(({ kernel }) => kernel));
  return stagedNetworks.map(
    (network): Job =>
      async function* (bench) {
        const meter = meterMemory(bench.device);
        try {
          const wanted = ({ kernel }: { kernel: string }): boolean => names.has(kernel);
          yield* measureNetwork(network, size, bench, { meter, wanted });
        } finally {
          meter.dispose();
        }
      },
  );
}

/**
 * Selects the cases whose kernel or shape contains one of the words; all cases when there are no words.
 * Exported for tests.
 * @throws UserError if a word fits no case
 */
export function select<T extends { kernel: string; shape: string }>(words: string[], cases: readonly T[]): T[] {
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
