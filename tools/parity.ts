/**
 * Compares the engine with fixture files: `npm run parity -- FILE...`.
 * Prints a line per tensor and a verdict per file; exits with 1 on a miss or on a tensor that was not compared. With
 * --json it also appends them, a line of JSON per file.
 */
import { basename } from 'node:path';
import { Command } from 'commander';
import { FileBytes } from '../src/host/node/bytes.ts';
import { expectWritable } from '../src/host/node/files.ts';
import { messageOf } from '../src/host/errors.ts';
import { originOf } from './origin.ts';
import { Fixture } from './parity/fixture.ts';
import { runnerOf } from './parity/kinds.ts';
import { openNamedWeights } from './parity/namedWeights.ts';
import { appendParity, printLines, printVerdict } from './parity/report.ts';
import { openSession, type SessionOptions } from './parity/session.ts';

interface Options extends SessionOptions {
  readonly verbose: boolean;
  readonly json?: string;
}

async function main(files: readonly string[], options: Options): Promise<void> {
  if (options.json !== undefined) await expectWritable(options.json);
  const origin = await originOf();
  const session = await openSession(options);
  let failures = 0;
  try {
    for (const path of files) {
      const started = performance.now();
      try {
        const source = await FileBytes.open(path);
        const fixture = await Fixture.open(source);
        const named = await openNamedWeights(fixture);
        await runnerOf(fixture.kind)(fixture, session, named?.source);
        await named?.close();
        await source.close();
        printLines(fixture, options.verbose);
        const ms = performance.now() - started;
        printVerdict(path, fixture, ms);
        if (options.json !== undefined) {
          const command = `npm run parity -- --json ${options.json} ${basename(path)}`;
          const adapter = session.device.info.description;
          await appendParity(options.json, fixture, { ...origin, command, path, adapter, seconds: ms / 1000 });
        }
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
  .option('--json <file>', 'append a line of JSON for each file')
  .option('--verbose', 'a line for every tensor of operator files too, and stacks of errors', false)
  .action(main)
  .parseAsync();
