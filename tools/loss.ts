/**
 * Loses the device at random moments of a reconstruction: `npm run test:loss -- --trials 100 --seed 1 [node|chromium|gpu-process]`. Each
 * result must equal that of an undisturbed run, bit for bit. A line of JSON is appended to a file, also after Ctrl-C. In Node the
 * whole chain runs with small networks; in Chromium a network of one block, from a mask and depth to the points, because its software
 * adapter takes a second or more to build each pipeline. `gpu-process` kills Chromium's GPU process, in a new browser for each trial:
 * a page whose GPU process died twice within minutes gets no adapter until it is loaded again.
 */
import { Command, Argument } from 'commander';
import { watchInterrupt } from '../src/cli/interrupt.ts';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { appendJsonLine } from './jsonLines.ts';
import { originOf } from './origin.ts';
import { type DistPage, openDistPage } from './reliability/chromium.ts';
import { openDevice } from './reliability/device.ts';
import { LossTrials, type Trial } from './reliability/lossTrials.ts';

interface Options {
  readonly trials: number;
  readonly seed: number;
  readonly json: string;
}

const HOSTS = ['node', 'chromium', 'gpu-process'] as const;
type Host = (typeof HOSTS)[number];

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The page's global function that kills the GPU process. */
const KILLER = 'killGpuProcess';

async function withPage<T>(work: (page: DistPage) => Promise<T>): Promise<T> {
  const page = await openDistPage();
  try {
    return await work(page);
  } finally {
    await page.close();
  }
}

/** Runs trials where they belong, and frees what that took. */
async function withTrials<T>(host: Host, work: (trial: (seed: number) => Promise<Trial>) => Promise<T>): Promise<T> {
  if (host === 'node') {
    // Dawn is loaded with the first device; before, there is nothing to watch.
    (await openDevice()).dispose();
    const trials = new LossTrials(openDevice, 'chain');
    return work((seed) => trials.trial(seed));
  }
  if (host === 'gpu-process') {
    return work((seed) =>
      withPage(async (page) => {
        await page.giveKiller(KILLER);
        return page.call('browserTests.js', 'loseDevice', seed, KILLER) as Promise<Trial>;
      }),
    );
  }
  return withPage((page) => work((seed) => page.call('browserTests.js', 'loseDevice', seed) as Promise<Trial>));
}

const isGood = ({ different, error }: Trial): boolean => different.length === 0 && error === undefined;

async function main(host: Host, { trials, seed, json }: Options): Promise<number> {
  const origin = await originOf();
  const done: Trial[] = [];
  const interruption = watchInterrupt(() => say('Stopping after this trial.'));
  await withTrials(host, async (trial) => {
    for (let i = 0; i < trials && !interruption.signal.aborted; i++) {
      const one = await trial(seed + i);
      done.push(one);
      const where = one.stages.length > 0 ? `lost in ${one.stages.join(' and in ')}` : 'not lost: the run was shorter';
      say(`${i + 1} of ${trials}, seed ${one.seed}: ${where}${isGood(one) ? '' : `; WRONG: ${JSON.stringify(one)}`}`);
    }
  });
  interruption.dispose();
  const stages: Record<string, number> = {};
  for (const stage of done.flatMap((one) => one.stages)) stages[stage] = (stages[stage] ?? 0) + 1;
  const wrong = done.filter((one) => !isGood(one));
  const losses = done.reduce((sum, one) => sum + one.stages.length, 0);
  const equal = done.length - wrong.length;
  await appendJsonLine(json, { ...origin, host, seed, trials: done.length, losses, stages, equal, wrong });
  say(`${done.length} trials, ${losses} losses, ${equal} results equal to the undisturbed one.`);
  return wrong.length === 0 ? EXIT.ok : EXIT.failure;
}

await new Command('loss')
  .description('Lose the device at random moments, and compare the result with an undisturbed one')
  .addArgument(new Argument('[host]', 'where the engine runs').choices(HOSTS).default('node'))
  .option('--trials <n>', 'number of runs', Number, 100)
  .option('--seed <n>', 'seed of the first run; each further one has the next', Number, 1)
  .option('--json <file>', 'file that gets a line', 'bench/results/reliability/loss.jsonl')
  .action(async (host: Host, options: Options) => {
    try {
      process.exitCode = await main(host, options);
    } catch (error) {
      say(messageOf(error));
      process.exitCode = EXIT.failure;
    }
  })
  .parseAsync();
