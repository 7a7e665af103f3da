#!/usr/bin/env node
/** Entry of the `unflat` command. The engine and the work of a command are loaded only when needed, so `--help` answers at once. */
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal: processTerminal,
  createEngine: async (options) => (await import('../node.ts')).createEngine(options),
});
