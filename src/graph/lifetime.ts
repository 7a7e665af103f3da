/** How long values on the device may be read: memory of a plan is written again by its next run. */
import { LifetimeError } from './errors.ts';

/** Shared by all results of one run. */
export class Lifetime {
  private reason: string | undefined;

  /** @param reason what happened to the memory, as a clause, such as "the plan encoderGraph ran again" */
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
