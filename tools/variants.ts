/**
 * Measures every released checkpoint's network at full size: `npm run variants -- [ID...]`. Generated weights are written
 * in each format, read back, and the network runs once on the example picture with f32 and with f16 weights. It skips
 * what is recorded already, so an interrupted run can go on. `--table` writes the document instead.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { Interrupted, watchInterrupt } from '../src/cli/interrupt.ts';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { expectWritable } from '../src/host/node/files.ts';
import { JOB } from './child.ts';
import { currentLoad, type Origin, originOf } from './origin.ts';
import { runJob, type Job } from './variants/jobs.ts';
import { variantsDocument } from './variants/document.ts';
import { readLines } from './variants/lines.ts';
import { readParity } from './variants/parityLines.ts';
import { variantsOf } from './variants/plan.ts';
import { Measurement } from './variants/measurement.ts';

interface Options {
  readonly results: string;
  readonly folder?: string;
  readonly adapter: string;
  readonly photo: string;
  readonly force: boolean;
  readonly table?: string;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(ids: string[], options: Options): Promise<number> {
  const variants = variantsOf(ids);
  const file = join(options.results, 'variants.jsonl');
  if (options.table !== undefined) {
    await expectWritable(options.table);
    await writeFile(options.table, variantsDocument(await readLines(file), await readParity(options.results)));
    say(`Wrote ${options.table}`);
    return EXIT.ok;
  }
  await expectWritable(file);
  const origin: Omit<Origin, 'date'> = await originOf();
  if (options.folder !== undefined) await mkdir(options.folder, { recursive: true });
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'unflat-variants-'));
  const interruption = watchInterrupt(() => say('Stopping.'));
  try {
    const measurement = new Measurement({
      ...{ origin, file, folder, say, known: options.force ? new Map() : await readLines(file) },
      ...{ adapter: options.adapter, photo: options.photo, signal: interruption.signal, loadOf: currentLoad },
    });
    for (const variant of variants) await measurement.variant(variant);
    return EXIT.ok;
  } finally {
    interruption.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === JOB) {
  try {
    const found = await runJob(JSON.parse(process.argv[3]) as Job);
    process.stdout.write(`${JSON.stringify(found)}\n`);
  } catch (error) {
    say(messageOf(error));
    process.exitCode = EXIT.failure;
  }
} else {
  await new Command('variants')
    .description('Measure the networks of all released checkpoints at full size, with generated weights')
    .argument('[id...]', 'variants, as `unflat weights list` names them (default: all)')
    .option('--results <folder>', 'where the lines are', 'bench/results/checkpoints')
    .option('--folder <folder>', 'where weights go meanwhile, up to 6 GB; they are removed (default: temporary files)')
    .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter’s name', 'auto')
    .option('--photo <file>', 'what the networks see', 'examples/duck.png')
    .option('--force', 'measure again what is recorded', false)
    .option('--table <file>', 'measure nothing: write the document')
    .action(async (ids: string[], options: Options) => {
      try {
        process.exitCode = await main(ids, options);
      } catch (error) {
        say(error instanceof Interrupted ? error.message : `error: ${messageOf(error)}`);
        process.exitCode = error instanceof Interrupted ? EXIT.interrupted : EXIT.failure;
      }
    })
    .parseAsync();
}
