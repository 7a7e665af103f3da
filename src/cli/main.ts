#!/usr/bin/env node
/** Entry of the `unflat` command. The engine and the work of a command are loaded only when needed, so `--help` answers at once. */
import { EXIT } from '../host/errors.ts';
import { runProgram } from './program.ts';
import { processTerminal, watchStreams } from './terminal.ts';

const outputFailed = watchStreams();
const code = await runProgram(process.argv.slice(2), {
  terminal: processTerminal,
  createEngine: async (options) => (await import('../node.ts')).createEngine(options),
});
process.exitCode = outputFailed() ? EXIT.failure : code;
