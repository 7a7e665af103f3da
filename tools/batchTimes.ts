/**
 * Measures a long batch: `npm run bench:batch`. Photos are generated and made into objects by `unflat batch` with small networks; the
 * process is killed once, as `kill -9` does, in the middle of an object, and the command is run again. Nothing may be lost, made twice
 * or left over, and objects of the same photo must be equal. Appends a line of JSON with rate and memory, and prints it as a table.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { Interrupted, watchInterrupt } from '../src/cli/interrupt.ts';
import { parseCount } from '../src/cli/options.ts';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { expectWritable } from '../src/host/node/files.ts';
import { problemsOf, type Problems } from './batch/check.ts';
import { BOX, HEIGHT, nameOf, WIDTH, writePhotos } from './batch/photos.ts';
import { batchTable, type BatchLine } from './batch/table.ts';
import { type KillMoment, watchedBatch } from './batch/watchedBatch.ts';
import { Random } from './fuzz/random.ts';
import { appendJsonLine, readJsonLines } from './jsonLines.ts';
import { currentLoad, originOf } from './origin.ts';

interface Options {
  readonly photos: number;
  readonly seed: number;
  readonly adapter: string;
  readonly json: string;
  readonly table?: true;
}

/** Every photo comes about ten times, far apart. */
const COPIES = 10;
/** Points of memory for all objects. */
const POINTS = 20;
/** On a software adapter an object takes longer, so that the process is killed in the middle of the next one. */
const KILLED_WITHIN_MS = 500;
/** Generated weights of the small networks, and a coarse grid. */
const QUICK = [
  ...['--weights', 'synthetic:1', '--size', 'small', '--granularity', '0.5', '--threshold', '0.1'],
  ...['--faces', '1000', '--texture', '64', '--box', BOX.join()],
];

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main({ photos, seed, adapter, json, table }: Options): Promise<void> {
  if (table) return print(await readJsonLines<BatchLine>(json));
  await expectWritable(json);
  const [origin, load] = [await originOf(), currentLoad()];
  const folder = await mkdtemp(join(tmpdir(), 'unflat-batch-'));
  const interruption = watchInterrupt(() => say('Stopping.'));
  try {
    const [list, out] = [join(folder, 'photos'), join(folder, 'out')];
    const different = Math.ceil(photos / COPIES);
    await writePhotos(list, photos, different);
    const random = new Random(seed, photos);
    const kill: KillMoment = {
      objects: 1 + random.below(Math.max(1, photos - 1)),
      ms: random.below(KILLED_WITHIN_MS),
    };
    const objectsPerPoint = Math.max(1, Math.round(photos / POINTS));
    const args = [list, '-o', out, '--adapter', adapter, ...QUICK];
    const run = (before: number, moment?: KillMoment): ReturnType<typeof watchedBatch> => {
      const onObject = (made: number): void => {
        if (made % objectsPerPoint === 0) say(`${before + made} of ${photos} objects`);
      };
      return watchedBatch({ args, objectsPerPoint, kill: moment, onObject }, interruption.signal);
    };
    const runs = [await run(0, kill)];
    say(`Killed ${kill.ms} ms after object ${kill.objects}. The same command again:`);
    runs.push(await run(runs[0].made.length));

    const names = Array.from({ length: photos }, (_, i) => nameOf(i));
    const sameAs = (name: string): string => names[names.indexOf(name) % different];
    const problems = await problemsOf(
      out,
      names,
      sameAs,
      runs.map(({ made }) => made),
    );
    report(problems);
    const line: BatchLine = {
      ...origin,
      ...{ load, photos, size: [WIDTH, HEIGHT], adapter: await adapterOf(out), kill },
      runs: runs.map(({ made, seconds, memory }) => ({ objects: made.length, seconds, memory })),
      problems: countsOf(problems),
    };
    await appendJsonLine(json, line);
    print([line]);
  } finally {
    interruption.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

function print(lines: readonly BatchLine[]): void {
  const newest = lines.at(-1);
  process.stdout.write(newest ? batchTable(newest) : 'Nothing has been measured.\n');
}

/** The adapter that the summary of an object names. */
async function adapterOf(out: string): Promise<string> {
  const { adapter } = JSON.parse(await readFile(join(out, nameOf(0), 'summary.json'), 'utf8')) as { adapter: string };
  return adapter;
}

/** Says what is wrong; the process then ends with an error. */
function report(problems: Problems): void {
  for (const [kind, names] of Object.entries(problems) as [string, readonly string[]][]) {
    if (names.length === 0) continue;
    say(`${kind}: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ` and ${names.length - 10} more` : ''}`);
    process.exitCode = EXIT.failure;
  }
}

const countsOf = ({ lost, doubled, left, different }: Problems): BatchLine['problems'] => ({
  lost: lost.length,
  doubled: doubled.length,
  left: left.length,
  different: different.length,
});

await new Command('bench:batch')
  .description('Measure rate and memory of a long batch of generated photos, which is killed once and goes on')
  .option('--photos <n>', 'how many', parseCount, 1000)
  .option('--seed <n>', 'of the moment at which the process is killed', parseCount, 1)
  .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter’s name', 'auto')
  .option('--json <file>', 'append a line there', join('bench', 'results', 'batch', 'batch.jsonl'))
  .option('--table', 'measure nothing: print the newest line as a table')
  .action(async (options: Options) => {
    try {
      await main(options);
    } catch (error) {
      say(error instanceof Interrupted ? error.message : `error: ${messageOf(error)}`);
      process.exitCode = error instanceof Interrupted ? EXIT.interrupted : EXIT.failure;
    }
  })
  .parseAsync();
