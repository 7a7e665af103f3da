/** How much work goes into one submission: as much as the device does within a time, so that no watchdog fires. */

/** Work of the first submission, when the speed of the device is not known yet. */
const FIRST_FLOPS = 1e9;
/** Largest change from one submission to the next. */
const MAX_CHANGE = 4;
/** A shorter time cannot be told from the cost of submitting. */
const MIN_MS = 0.1;

export class SubmissionPace {
  /** Work of the next submission, in floating-point operations. */
  flops = FIRST_FLOPS;

  /** @param budgetMs milliseconds that one submission should take */
  constructor(private readonly budgetMs: number) {}

  /**
   * Learns from a submission of `work` operations that took `ms`: the next one comes nearer to the budget, by a factor of
   * at most 4. A submission of less than half the work that was planned, such as the last one of a run, says little about a
   * full one: it counts only if it was over the budget.
   */
  learn(work: number, ms: number): void {
    const factor = this.budgetMs / Math.max(ms, MIN_MS);
    if (factor >= 1 && work < this.flops / 2) return;
    this.flops = work * Math.min(MAX_CHANGE, Math.max(1 / MAX_CHANGE, factor));
  }
}
