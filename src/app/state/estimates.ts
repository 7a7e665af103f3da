/** How long sweeps take: nobody knows before the first one, whose speed is remembered for later visits. */
import { seconds as secondsWords } from '../words.ts';
import { GRANULARITIES } from './options.ts';

/** Share of the grid that a sweep queries, by its step: the mean over objects, from docs/sweep.md. */
const QUERIED: Readonly<Record<number, number>> = { 0.4: 1, 0.2: 0.6, 0.1: 0.27, 0.05: 0.16, 0.025: 0.1 };

/** Points that a sweep queries, in those of the coarsest one. */
const workOf = (step: number): number => {
  const coarsest = GRANULARITIES[0].step;
  return (QUERIED[step] / QUERIED[coarsest]) * (coarsest / step) ** 3;
};

/** A part of `localStorage`, which some windows do not have. */
type Memory = Pick<Storage, 'getItem' | 'setItem'>;

export class Estimates {
  constructor(
    /** What the speed depends on: the adapter and the weights. */
    private readonly engine: () => string,
    private readonly memory: Memory | undefined,
  ) {}

  /** A sweep was done. */
  learn(step: number, seconds: number): void {
    this.memory?.setItem(this.key, String(seconds / workOf(step)));
  }

  /** The time that a sweep takes, in words. */
  wordsFor(step: number): string {
    const coarsest = Number(this.memory?.getItem(this.key) ?? NaN);
    const work = workOf(step);
    if (coarsest > 0) return `about ${secondsWords(coarsest * work)}`;
    return work === 1 ? 'fastest' : `about ${Math.round(work)} times as long`;
  }

  private get key(): string {
    return `sweep ${this.engine()}`;
  }
}
