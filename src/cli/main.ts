/** Entry of the `unflat` command. */
import { createEngine } from '../node.ts';
import { runProgram } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await runProgram(process.argv.slice(2), { terminal: processTerminal, createEngine });
