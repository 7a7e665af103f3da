/** Estimates early how long a sweep will take: on a software adapter the default grid takes minutes. */
import type { StageProgress } from '../../pipeline/session/stages.ts';

/** Time to measure before an estimate: a sweep starts with small batches, which are slower. */
const MEASURED_MS = 3000;
/** Shorter sweeps get no notice. */
const LONG_SECONDS = 60;

/** What is left of the points when the step is doubled. From coarse to fine it depends on the object: docs/sweep.md. */
const COARSER = { full: 'an eighth', coarse: 'less than half' } as const;

export class SweepEstimate {
  #first: { done: number; ms: number } | undefined;
  #isDecided = false;

  /**
   * @param granularity step of the grid
   * @param sweep as `--sweep` says it; from coarse to fine the number of points is an estimate
   * @param now clock in milliseconds; tests pass another
   */
  constructor(
    private readonly granularity: number,
    private readonly sweep: keyof typeof COARSER,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Takes the progress of every stage. @returns a sentence, once, if the sweep will take long; otherwise undefined */
  notice({ stage, done, total }: StageProgress): string | undefined {
    if (stage !== 'sweep' || this.#isDecided) return undefined;
    const ms = this.now();
    this.#first ??= { done, ms };
    const seconds = (ms - this.#first.ms) / 1000;
    if (1000 * seconds < MEASURED_MS || done <= this.#first.done) return undefined;
    this.#isDecided = true;
    const whole = (total * seconds) / (done - this.#first.done);
    if (whole < LONG_SECONDS) return undefined;
    const coarser = Number((2 * this.granularity).toPrecision(6));
    return (
      `The sweep of ${this.sweep === 'coarse' ? 'about ' : ''}${formatCount(total)} points takes about ` +
      `${formatAbout(whole)} on this adapter. With --granularity ${coarser} it has ${COARSER[this.sweep]} of the points.`
    );
  }
}

/** `2.9 million`, `240 thousand`. */
const formatCount = (count: number): string =>
  count >= 1e6 ? `${(count / 1e6).toFixed(1)} million` : `${Math.round(count / 1e3)} thousand`;

/** `1 minute`, `12 minutes`, `2.5 hours`. Exported for tests. */
export function formatAbout(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes === 1) return '1 minute';
  return minutes < 90 ? `${minutes} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
}
