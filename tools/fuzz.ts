/**
 * Feeds readers with broken files: `npm run fuzz -- --seconds 60 --seed 1 [target...]`. Sound files are changed in a few places; a
 * reader may take them or refuse them with an error that names the file and says what to do. It may not crash, hang, run what is
 * in them, take much more memory than they are worth, or give a result of what is certainly broken. Failing cases are made small
 * and kept in test/fuzz/kept, where a test replays them. Appends a line of JSON for each target, also after Ctrl-C.
 */
import { appendFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isMainThread, Worker } from 'node:worker_threads';
import { Command, InvalidArgumentError } from 'commander';
import { watchInterrupt } from '../src/cli/interrupt.ts';
import { EXIT } from '../src/host/errors.ts';
import { keep } from './fuzz/kept.ts';
import { Random } from './fuzz/random.ts';
import { type Counts, noCounts } from './fuzz/run.ts';
import { removeScratchFolders } from './fuzz/scratch.ts';
import type { Target } from './fuzz/target.ts';
import { targets } from './fuzz/targets/index.ts';
import { type Job, type Report, runJob } from './fuzz/worker.ts';
import { originOf } from './origin.ts';

/** Milliseconds that a case may take, that the thread may take to start, and between two looks at it. */
const [LONGEST, START, LOOK] = [20_000, 300_000, 1000];
/** Memory of the thread for JavaScript objects, in MiB. */
const HEAP = 1024;

interface Options {
  readonly seconds: number;
  readonly cases: number;
  readonly seed: number;
  readonly from: number;
  readonly json: string;
}

async function main(names: string[], options: Options): Promise<void> {
  const chosen = names.length === 0 ? targets : names.map(targetOf);
  const origin = await originOf();
  await mkdir(dirname(options.json), { recursive: true });
  const { signal } = watchInterrupt((line) => console.log(line));
  for (const target of chosen) {
    if (signal.aborted) break;
    const started = performance.now();
    const counts = await fuzz(target, options, signal);
    const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
    const { seed } = options;
    console.log(`${target.name}: ${JSON.stringify(counts)} in ${seconds} s`);
    await appendFile(options.json, `${JSON.stringify({ ...origin, target: target.name, seed, ...counts, seconds })}\n`);
    removeScratchFolders();
    if (counts.failures > 0) process.exitCode = EXIT.failure;
  }
  if (signal.aborted) process.exitCode ??= EXIT.interrupted;
}

/** Runs cases of a target, and goes on behind those that end the thread. */
async function fuzz(target: Target, { seconds, cases, seed, from }: Options, signal: AbortSignal): Promise<Counts> {
  const until = Date.now() + 1000 * seconds;
  const all = noCounts();
  const known: string[] = [];
  const tell = async (problem: string, index: number, failing: Parameters<typeof keep>[0]): Promise<void> => {
    known.push(problem);
    const path = await keep(failing, { seed, index });
    console.log(`  ${target.name}, case ${index}: ${problem}${path === undefined ? '' : ` (${path})`}`);
  };
  for (let next = from; next < from + cases && Date.now() < until && !signal.aborted;) {
    const job = { target: target.name, seed, from: next, to: from + cases, until, known };
    const keeping: Promise<void>[] = [];
    const ended = await runThread(job, signal, ({ index, problem, failing }) => {
      keeping.push(tell(problem, index, { target: target.name, problem, ...failing }));
    });
    await Promise.all(keeping);
    if ('counts' in ended) {
      for (const key of Object.keys(all) as (keyof Counts)[]) all[key] += ended.counts[key];
      break;
    }
    // What the cases before gave is lost with the thread: they are counted as neither accepted nor refused.
    all.cases += ended.index - next + 1;
    all.failures++;
    const failing = await (await target.open()).make(new Random(seed, ended.index));
    await tell(ended.problem, ended.index, { target: target.name, problem: ended.problem, ...failing });
    next = ended.index + 1;
  }
  return all;
}

type Ended = { readonly counts: Counts } | { readonly index: number; readonly problem: string };

/** Runs a thread until it is done, dies, or spends too long with one case. */
function runThread(
  job: Omit<Job, 'current'>,
  signal: AbortSignal,
  onFound: (found: Extract<Report, { found: unknown }>['found']) => void,
): Promise<Ended> {
  const current = new Int32Array(new SharedArrayBuffer(12));
  const stop = (): void => void Atomics.store(current, 2, 1);
  signal.addEventListener('abort', stop);
  const worker = new Worker(process.argv[1], {
    workerData: { ...job, current } satisfies Job,
    resourceLimits: { maxOldGenerationSizeMb: HEAP },
  });
  return new Promise((resolve) => {
    let [readings, since] = [0, Date.now()];
    const end = (ended: Ended): void => {
      clearInterval(watch);
      signal.removeEventListener('abort', stop);
      void worker.terminate();
      resolve(ended);
    };
    const watch = setInterval(() => {
      const now = Atomics.load(current, 1);
      if (now !== readings) [readings, since] = [now, Date.now()];
      else if (Date.now() - since > (now === 0 ? START : LONGEST)) {
        end({ index: Atomics.load(current, 0), problem: `more than ${LONGEST / 1000} s` });
      }
    }, LOOK);
    worker.on('message', (report: Report) => ('found' in report ? onFound(report.found) : end(report)));
    worker.on('error', (error) => {
      end({
        index: Atomics.load(current, 0),
        problem: `the thread died: ${(error as NodeJS.ErrnoException).code ?? error.message}`,
      });
    });
  });
}

function targetOf(name: string): Target {
  const target = targets.find((one) => one.name === name);
  if (target) return target;
  throw new InvalidArgumentError(
    `There is no target ${name}. There are: ${targets.map((one) => one.name).join(', ')}.`,
  );
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('Expected a whole number.');
}

if (isMainThread) {
  await new Command('fuzz')
    .description('Feed readers with broken files')
    .argument('[target...]', targets.map(({ name, about }) => `${name} (${about})`).join('; '))
    .option('--seconds <n>', 'seconds for each target', whole, 60)
    .option('--cases <n>', 'cases of each target, at most', whole, 2 ** 31 - 1)
    .option('--seed <n>', 'seed of the changes', whole, 1)
    .option('--from <n>', 'index of the first case', whole, 0)
    .option('--json <file>', 'append lines there', join('bench', 'results', 'reliability', 'fuzz.jsonl'))
    .action(main)
    .parseAsync();
} else {
  await runJob();
}
