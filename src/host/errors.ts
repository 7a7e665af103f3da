/** Errors that a user can cause and fix: what is wrong, what to do, and the exit code of the command. */
import { printable } from '../../weights/printable.ts';

export const EXIT = { ok: 0, failure: 1, usage: 2, partly: 3, interrupted: 130, terminated: 143 } as const;

/** A problem that the user can fix. */
export class UserError extends Error {
  override name = 'UserError';
  /** What to do. */
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(printable(message), { cause: options.cause });
    this.hint = options.hint === undefined ? undefined : printable(options.hint);
    this.exitCode = options.exitCode ?? EXIT.failure;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
