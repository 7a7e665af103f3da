/** How a command line ends that went wrong: what is printed, and the exit code. */
import { CommanderError } from 'commander';
import { EXIT, messageOf, UserError } from '../host/errors.ts';
import { isSystemError, reasonOf } from '../host/node/fileErrors.ts';

/** Prints what went wrong. @returns the exit code */
export function reportError(error: unknown, say: (text: string) => void): number {
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
    const what = error.path === undefined ? 'A file' : error.path;
    say(`error: ${what} cannot be used: ${reasonOf(error)}.\n`);
    return EXIT.failure;
  }
  say(`error: ${messageOf(error)}\n`);
  // Errors with a name of their own explain themselves; the others are faults of this program.
  if (error instanceof Error && isFault(error)) say(`${error.stack ?? ''}\n`);
  return EXIT.failure;
}

const isFault = (error: Error): boolean =>
  ['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(error.name);
