/** The thread that runs cases. Whether a case hangs, or takes the thread's memory, is seen from outside. */
import { parentPort, workerData } from 'node:worker_threads';
import { setFlagsFromString } from 'node:v8';
import { type Counts, type Found, runCases } from './run.ts';
import { removeScratchFolders } from './scratch.ts';
import { targets } from './targets/index.ts';

/** What the thread is to do. */
export interface Job {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Time at which to stop, in milliseconds since 1970. */
  readonly until: number;
  readonly known: readonly string[];
  /** Index of the case that runs, how many readings there were, and not 0 as soon as the thread is to stop. */
  readonly current: Int32Array<SharedArrayBuffer>;
}

export type Report = { readonly found: Found } | { readonly counts: Counts };

/** Does the job of `workerData`. */
export async function runJob(): Promise<void> {
  // Text that a reader took for code would throw.
  setFlagsFromString('--disallow-code-generation-from-strings');
  const { target: name, seed, from, to, until, known, current } = workerData as Job;
  const target = targets.find((one) => one.name === name)!;
  const report = (message: Report): void => parentPort!.postMessage(message);
  const cases = runCases(target, await target.open(), {
    ...{ seed, from, to, known: new Set(known) },
    before(index) {
      Atomics.store(current, 0, index);
      Atomics.add(current, 1, 1);
      return Date.now() < until && Atomics.load(current, 2) === 0;
    },
    onFound: (found) => report({ found }),
  });
  // Before the report: the thread is ended as soon as it is there.
  report({ counts: await cases.finally(removeScratchFolders) });
}
