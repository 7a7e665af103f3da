#!/usr/bin/env node
/** Entry of the `unflat` command. The engine, and what a command does, are loaded when they are needed: `--help` answers at once. */
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal: processTerminal,
  createEngine: async (options) => (await import('../node.ts')).createEngine(options),
});
