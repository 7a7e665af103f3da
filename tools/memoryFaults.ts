/**
 * Fails every allocation of a run in turn: `npm run test:memory-faults -- [run...]`. Each failure must be an error that says what could
 * not be made and what to do; afterwards the run gives the right result, and holds no more than an undisturbed one. A line of JSON for
 * each run is appended to a file.
 */
import { Argument, Command } from 'commander';
import { EXIT, messageOf } from '../src/host/errors.ts';
import { appendJsonLine } from './jsonLines.ts';
import { originOf } from './origin.ts';
import { AllocationFaults, FAULT_RUNS, type FaultRun } from './reliability/allocationFaults.ts';
import { openDevice } from './reliability/device.ts';

interface Options {
  readonly every: number;
  readonly json: string;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(runs: readonly FaultRun[], { every, json }: Options): Promise<number> {
  const origin = await originOf();
  const faults = await AllocationFaults.create(openDevice);
  let wrong = 0;
  try {
    for (const run of runs) {
      const found = await faults.try(run, every);
      await appendJsonLine(json, { ...origin, every, ...found });
      const { pipelines, tried, allocations } = found;
      say(
        `${run}: ${pipelines} pipelines and ${tried} of ${allocations} allocations failed in turn, ${found.wrong.length} wrongly`,
      );
      for (const line of found.wrong) say(`  ${line}`);
      wrong += found.wrong.length;
    }
  } finally {
    faults.dispose();
  }
  return wrong === 0 ? EXIT.ok : EXIT.failure;
}

await new Command('memory-faults')
  .description('Fail every allocation of a run in turn')
  .addArgument(new Argument('[run...]', 'what runs (default: all)').choices(FAULT_RUNS))
  .option('--every <n>', 'try one allocation in so many', Number, 1)
  .option('--json <file>', 'file that gets the lines', 'bench/results/reliability/memory-faults.jsonl')
  .action(async (runs: FaultRun[], options: Options) => {
    try {
      process.exitCode = await main(runs.length > 0 ? runs : FAULT_RUNS, options);
    } catch (error) {
      say(messageOf(error));
      process.exitCode = EXIT.failure;
    }
  })
  .parseAsync();
