/**
 * Measures the memory of each network at full size, with generated weights: `npm run bench:memory -- [NETWORK...]`. Each runs in
 * a process of its own, beside one that only opens the device: what that takes is Node's and the driver's. It appends lines of
 * JSON; `--table` prints the newest of them instead.
 */
import { appendFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { Interrupted, watchInterrupt } from '../src/cli/interrupt.ts';
import { parseBytes } from '../src/cli/options.ts';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { expectWritable } from '../src/host/node/files.ts';
import { JOB, runInChild } from './child.ts';
import { readJsonLines } from './jsonLines.ts';
import { JOB_NAMES, type MemoryFinding, type MemoryJob, runMemoryJob } from './memory/job.ts';
import { type MemoryLine, memoryTable } from './memory/table.ts';
import { currentLoad, originOf } from './origin.ts';

interface Options {
  readonly output: string;
  readonly adapter: string;
  readonly precision: 'f32' | 'f16';
  readonly maxMemory?: number;
  readonly table?: true;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(names: readonly string[], options: Options): Promise<void> {
  const { output, adapter, precision, maxMemory } = options;
  if (options.table) return void process.stdout.write(memoryTable(await readJsonLines<MemoryLine>(output)));
  await expectWritable(output);
  const origin = await originOf();
  const interruption = watchInterrupt(() => say('Stopping.'));
  const run = (name: string): Promise<MemoryFinding> => {
    const job: MemoryJob = { name, adapter, precision, ...(maxMemory !== undefined && { maxMemory }) };
    return runInChild(job, name, interruption.signal);
  };
  try {
    const empty = await run('empty');
    for (const name of names.length > 0 ? names : JOB_NAMES) {
      const found = await run(name);
      const line: MemoryLine = {
        ...origin,
        ...{ network: name, precision, maxMemory: maxMemory ?? null, load: currentLoad(), ...found },
        emptyProcessBytes: empty.peakProcessBytes,
      };
      await appendFile(output, `${JSON.stringify(line)}\n`);
      process.stdout.write(memoryTable([line]));
    }
  } finally {
    interruption.dispose();
  }
}

if (process.argv[2] === JOB) {
  try {
    process.stdout.write(`${JSON.stringify(await runMemoryJob(JSON.parse(process.argv[3]) as MemoryJob))}\n`);
    process.exit(EXIT.ok);
  } catch (error) {
    say(messageOf(error));
    process.exit(EXIT.failure);
  }
}
await new Command('bench:memory')
  .description('Measure the memory of the networks at full size, with generated weights')
  .argument('[network...]', `${JOB_NAMES.join(', ')} (default: all)`)
  .option('-o, --output <file>', 'where the lines are', 'bench/results/memory/memory.jsonl')
  .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter’s name', 'auto')
  .addOption(new Option('--precision <type>', 'storage of weights').choices(['f32', 'f16']).default('f32'))
  .option('--max-memory <size>', 'bound of the device’s memory, such as 700MiB', parseBytes)
  .option('--table', 'measure nothing: print the newest lines as a table')
  .action(async (names: string[], options: Options) => {
    try {
      await main(names, options);
    } catch (error) {
      say(error instanceof Interrupted ? error.message : `error: ${messageOf(error)}`);
      process.exitCode = error instanceof Interrupted ? EXIT.interrupted : EXIT.failure;
    }
  })
  .parseAsync();
