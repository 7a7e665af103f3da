/** Runs the cases of a target one after the other. */
import { type Outcome, judge } from './judge.ts';
import { Random } from './random.ts';
import { shrunk } from './shrink.ts';
import type { Case, Cases, Target } from './target.ts';

/** Bytes that any case may take: the collector of garbage is lazy. */
const FREE = 96 * 2 ** 20;

export interface Counts {
  cases: number;
  accepted: number;
  refused: number;
  failures: number;
}

export const noCounts = (): Counts => ({ cases: 0, accepted: 0, refused: 0, failures: 0 });

/** A fault that was found. */
export interface Found {
  readonly index: number;
  readonly problem: string;
  /** The case, made small. */
  readonly failing: Case;
}

export interface RunOptions {
  readonly seed: number;
  /** Index of the first case. */
  readonly from: number;
  /** Index of the last case, plus one. */
  readonly to: number;
  /** Problems that are known: their cases count, and are not reported again. */
  readonly known: Set<string>;
  /** Told before each reading, those of shrinking too. @returns false to stop */
  readonly before?: (index: number) => boolean;
  readonly onFound: (found: Found) => void;
}

/** @returns how many cases there were, and what became of them */
export async function runCases({ freeBytes = 0 }: Target, cases: Cases, options: RunOptions): Promise<Counts> {
  const { seed, from, to, known, before, onFound } = options;
  const free = FREE + freeBytes;
  const counts = noCounts();
  for (let index = from; index < to && (before?.(index) ?? true); index++) {
    const made = await cases.make(new Random(seed, index));
    const outcome = await judge(cases, made, free);
    counts.cases++;
    if (outcome.kind !== 'failure') {
      counts[outcome.kind]++;
      continue;
    }
    counts.failures++;
    const { problem } = outcome;
    if (known.has(problem)) continue;
    known.add(problem);
    const again = (smaller: Case): Promise<Outcome> => {
      before?.(index);
      return judge(cases, smaller, free);
    };
    onFound({ index, problem, failing: await small(made, problem, again) });
  }
  return counts;
}

/** The smallest case found that has the same problem. One whose right results are known is not shrunk: it would be another file. */
async function small(made: Case, problem: string, again: (smaller: Case) => Promise<Outcome>): Promise<Case> {
  if (made.allowed !== undefined) return made;
  const isSame = (outcome: Outcome): boolean => outcome.kind === 'failure' && outcome.problem === problem;
  const files = await shrunk(made.files, async (smaller) => isSame(await again({ files: smaller })));
  return { files };
}
