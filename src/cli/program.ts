/** The program: its commands, and how everything that can go wrong ends. */
import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { EXIT, messageOf, UserError } from '../host/errors.ts';
import { isSystemError, reasonOf } from '../host/node/fileErrors.ts';
import { addDepth } from './depth.ts';
import { addDoctor } from './doctor.ts';
import { addReconstruct } from './reconstruct.ts';
import { addSegment } from './segment.ts';
import type { CommandContext } from './context.ts';
import { addWeights } from './weights.ts';

/**
 * Runs one command line.
 * @param argv arguments after the program's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C
 */
export async function runProgram(argv: string[], context: CommandContext): Promise<number> {
  const { terminal } = context;
  let exitCode: number = EXIT.ok;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('unflat')
    .description('One photo in, a colored 3D object out, computed by WebGPU.')
    .version(version, '-V, --version')
    .showHelpAfterError('(unflat help <command> lists the options)')
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .exitOverride();
  addReconstruct(program, context, finish);
  addSegment(program, context, finish);
  addDepth(program, context, finish);
  addDoctor(program, context, finish);
  // The benchmark brings the whole engine along: the other commands do not wait for it.
  if (argv[0] === 'bench') (await import('./bench.ts')).addBench(program, context, finish);
  addWeights(program, context, finish);
  // Commands do not inherit what was set before they were added.
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, terminal.err);
  }
}

/** Prints what went wrong. @returns the exit code */
function report(error: unknown, say: (text: string) => void): number {
  // Commander has printed help, version or the fault already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Error && error.name === 'AbortError') {
    say(`${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof UserError) {
    say(`error: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
    return error.exitCode;
  }
  if (isSystemError(error)) {
    say(
      `error: ${error.path === undefined ? 'A file cannot be used' : `${error.path} cannot be used`}: ${reasonOf(error)}.\n`,
    );
    return EXIT.failure;
  }
  say(`error: ${messageOf(error)}\n`);
  // Errors with a name of their own explain themselves; the others are faults of this program.
  if (error instanceof Error && isFault(error)) say(`${error.stack ?? ''}\n`);
  return EXIT.failure;
}

const isFault = (error: Error): boolean =>
  ['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(error.name);
