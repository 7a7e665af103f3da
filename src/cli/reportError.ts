/** Reports a failed command: prints the error, and gives the exit code. */
import { CommanderError } from 'commander';
import { EXIT, messageOf, UserError } from '../host/errors.ts';
import { Interrupted } from './interrupt.ts';
import { isSystemError, reasonOf } from '../host/node/fileErrors.ts';

/** Prints what went wrong. @returns the exit code */
export function reportError(error: unknown, say: (text: string) => void): number {
  // Commander has already printed the help, the version or the mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof Error && error.name === 'AbortError') {
    say(`${error.message}\n`);
    return error instanceof Interrupted ? error.exitCode : EXIT.interrupted;
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
  if (isOutOfMemory(error)) {
    say(`error: This process gets no more memory (${error.message}).\n  ${MORE_MEMORY}\n`);
    return EXIT.failure;
  }
  say(`error: ${messageOf(error)}\n`);
  // Errors with their own name explain themselves. The others are bugs, so the stack is printed.
  if (error instanceof Error && isBug(error)) say(`${error.stack ?? ''}\n`);
  return EXIT.failure;
}

const MORE_MEMORY =
  'Close other programs, raise the limit that this shell sets (`ulimit -v`), or need less: a smaller photo, --precision f16, --max-memory.';

/** Whether the engine of the language could not get memory for an array. */
const isOutOfMemory = (error: unknown): error is RangeError =>
  error instanceof RangeError && /allocation failed/i.test(error.message);

const isBug = (error: Error): boolean =>
  ['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(error.name);
