/**
 * Compares the engine with fixture files: `npm run parity -- FILE...`.
 * Prints a line per tensor and a verdict per file; exits with 1 on a miss or on a tensor that was not compared.
 */
import { Command } from 'commander';
import { FileBytes } from '../src/host/node/bytes.ts';
import { messageOf } from '../src/host/errors.ts';
import { Fixture } from './parity/fixture.ts';
import { runnerOf } from './parity/kinds.ts';
import { printLines, printVerdict } from './parity/report.ts';
import { openSession, type SessionOptions } from './parity/session.ts';

interface Options extends SessionOptions {
  readonly verbose: boolean;
}

async function main(files: readonly string[], options: Options): Promise<void> {
  const session = await openSession(options);
  let failures = 0;
  try {
    for (const path of files) {
      const started = performance.now();
      try {
        const source = await FileBytes.open(path);
        const fixture = await Fixture.open(source);
        await runnerOf(fixture.kind)(fixture, session);
        await source.close();
        printLines(fixture, options.verbose);
        printVerdict(path, fixture, performance.now() - started);
        if (!fixture.ok) failures++;
      } catch (error) {
        failures++;
        console.log(`FAIL ${path}: ${messageOf(error)}`);
        if (options.verbose && error instanceof Error) console.log(error.stack);
      }
    }
  } finally {
    session.close();
  }
  console.log(failures ? `${failures} of ${files.length} files failed.` : `All ${files.length} files agree.`);
  process.exitCode = failures ? 1 : 0;
}

await new Command('parity')
  .description('Compare the engine with fixture files, tensor by tensor')
  .argument('<files...>', 'fixture files (safetensors)')
  .option('--adapter <name>', 'auto, gpu, software, or a part of the adapter name', 'auto')
  .option('--tiled', 'use the kernels of GPUs even on a software adapter', false)
  .option('--verbose', 'a line for every tensor of operator files too, and stacks of errors', false)
  .action(main)
  .parseAsync();
