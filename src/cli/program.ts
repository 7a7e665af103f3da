/** The program: its commands, and the exit code of every outcome. */
import { Command } from 'commander';
import { version } from '../../package.json';
import { EXIT } from '../host/errors.ts';
import { addBatch } from './batch.ts';
import { addBench } from './bench.ts';
import { addDepth } from './depth.ts';
import { addDoctor } from './doctor.ts';
import { addReconstruct } from './reconstruct.ts';
import { reportError } from './reportError.ts';
import { addSegment } from './segment.ts';
import { addServe } from './serve.ts';
import type { CommandContext } from './context.ts';
import { addWeights } from './weights.ts';

/**
 * Runs one command line.
 * @param argv arguments after the program's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 3 some objects of a batch failed, 130 stopped by Ctrl-C, 143 stopped by SIGTERM
 */
export async function runProgram(argv: string[], context: CommandContext): Promise<number> {
  const { terminal } = context;
  let exitCode: number = EXIT.ok;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('unflat')
    .description('One photo in, a textured 3D object out, computed by WebGPU.')
    .version(version, '-V, --version')
    .showHelpAfterError('(add --help to see the options)')
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .exitOverride();
  addServe(program, context, finish);
  addReconstruct(program, context, finish);
  addBatch(program, context, finish);
  addSegment(program, context, finish);
  addDepth(program, context, finish);
  addDoctor(program, context, finish);
  addWeights(program, context, finish);
  // Added commands do not inherit these settings by themselves.
  for (const command of program.commands) command.copyInheritedSettings(program);
  // Added after the loop: the settings would give it a help option, but the benchmark reads --help itself.
  addBench(program, context, finish);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, terminal.err);
  }
}
