/** Until when results on the device may be read: the next run of a plan overwrites the memory of its results. */
import { LifetimeError } from './errors.ts';

/** One lifetime is shared by all results of one run. */
export class Lifetime {
  private reason: string | undefined;

  /** Ends the lifetime. @param reason a clause for the error, such as "the plan encoderGraph ran again" */
  end(reason: string): void {
    this.reason ??= reason;
  }

  /** @throws LifetimeError if the values of `name` are gone */
  check(name: string): void {
    if (this.reason === undefined) return;
    throw new LifetimeError(
      `"${name}" is gone: ${this.reason}.\n  Read or use a result before that, or keep it with \`await copy()\`.`,
    );
  }
}
