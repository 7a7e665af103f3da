/**
 * Sizes submissions: each holds about as much work as the device does in a given time, so that no GPU watchdog fires.
 */

/** Work of the first submission, before the speed of the device is known. */
const FIRST_FLOPS = 1e9;
/** Maximum factor between the work of one submission and the next. */
const MAX_CHANGE = 4;
/** Shorter times are taken for this one: they are mostly the cost of submitting. */
const MIN_MS = 0.1;

export class SubmissionPace {
  /** Work of the next submission, in floating-point operations. */
  flops = FIRST_FLOPS;

  /** @param budgetMs milliseconds that one submission should take */
  constructor(private budgetMs: number) {}

  /** Changes the budget. A shorter one counts for the next submission; up to a longer one, submissions grow as they are measured. */
  aim(budgetMs: number): void {
    if (budgetMs < this.budgetMs) this.flops *= budgetMs / this.budgetMs;
    this.budgetMs = budgetMs;
  }

  /**
   * Adapts the work of the next submission to one of `work` operations that took `ms` milliseconds, by a factor of at
   * most 4. A submission of less than half the planned work, such as the last one of a run, says little about a full
   * one. It counts only if it took longer than the budget.
   */
  learn(work: number, ms: number): void {
    const factor = this.budgetMs / Math.max(ms, MIN_MS);
    if (factor >= 1 && work < this.flops / 2) return;
    this.flops = work * Math.min(MAX_CHANGE, Math.max(1 / MAX_CHANGE, factor));
  }
}
