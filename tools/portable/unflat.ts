/** The `unflat` command of the portable folder: `doctor` and `bench`, which need no package but Dawn's. */
import { Command } from 'commander';
import { addBench } from '../../src/cli/bench.ts';
import { addDoctor } from '../../src/cli/doctor.ts';
import { reportError } from '../../src/cli/reportError.ts';
import { processTerminal as terminal } from '../../src/cli/terminal.ts';

const program = new Command('unflat').description('Check and measure WebGPU on this machine.');
const finish = (code: number): void => {
  process.exitCode = code;
};
addDoctor(program, { terminal }, finish);
addBench(program, { terminal }, finish);
try {
  await program.parseAsync();
} catch (error) {
  finish(reportError(error, terminal.err));
}
