/**
 * What share of the multiplier's peak a program could reach at most, by counting its instructions: an estimate, never a speed.
 * It is about the innermost loop that holds nearly all multiply-adds; loops inside it count as often as they are known to run.
 */
import { added, type Counts, type Listing } from './listing.ts';

export type Bound = 'vector instructions' | 'workgroup memory' | 'latency' | 'memory';

export interface Roof {
  /** 0..1, with matrix instructions up to 2: they do twice as much per clock. null for a program that does little arithmetic: global memory bounds it. */
  readonly roof: number | null;
  readonly boundBy: Bound;
  /** What is counted: a loop, several that run a given number of times, or all of the program. */
  readonly counted: Counts;
}

/** Share of the multiply-adds that the loop has to hold. */
const NEARLY_ALL = 0.95;
/** Bytes of workgroup memory per clock, for as many multiply-adds per clock: 128 of both on a compute unit of RDNA 3. */
const SHARED_BYTES_PER_MULTIPLY_ADD = 1;
/** Clocks until a load of global memory is there, and what a barrier costs: rough numbers of current GPUs. */
const GLOBAL_LATENCY = 500;
const SHARED_LATENCY = 60;
/** With fewer multiply-adds per byte of global memory, not even caches keep the multiplier busy. */
const FEW_PER_BYTE = 2.5;

/**
 * @param loopRuns how often the loops with the most multiply-adds run, that with the most first: for a program whose
 *   arithmetic lies in several loops, of which the code does not say how often they run
 */
export function roofOf(listing: Listing, loopRuns?: readonly number[]): Roof {
  const parts = loopRuns ? hotLoops(listing, loopRuns) : [{ counts: mainPart(listing), runs: 1 }];
  const [first, ...rest] = parts;
  const start = added(first.counts, first.counts, first.runs - 1);
  const counted = rest.reduce((sum, { counts, runs }) => added(sum, counts, runs), start);
  const { multiplyAdds, vector, sharedBytes, globalBytes } = counted;
  if (multiplyAdds < FEW_PER_BYTE * Math.max(8, globalBytes)) return { roof: null, boundBy: 'memory', counted };
  const busy = Math.max(vector, sharedBytes * SHARED_BYTES_PER_MULTIPLY_ADD);
  const waiting = parts.reduce((sum, { counts, runs }) => sum + runs * waitingOf(counts), 0);
  const shares: [Bound, number][] = [
    ['vector instructions', multiplyAdds / vector],
    ['workgroup memory', multiplyAdds / (sharedBytes * SHARED_BYTES_PER_MULTIPLY_ADD)],
    // While a wave waits, the others compute.
    ['latency', (multiplyAdds / busy) * Math.min(1, ((listing.waves / 2) * busy) / (busy + waiting))],
  ];
  const [boundBy, roof] = shares.reduce((least, share) => (share[1] < least[1] ? share : least));
  return { roof, boundBy, counted };
}

/** The innermost loop that holds nearly all multiply-adds. */
function mainPart({ loops, counts }: Listing): Counts {
  const outside = loops.filter(({ depth }) => depth === 0);
  const most = Math.max(counts.multiplyAdds, ...outside.map(({ whole, trips }) => trips * whole.multiplyAdds));
  const enough = NEARLY_ALL * most;
  return loops.findLast(({ whole, trips }) => trips * whole.multiplyAdds >= enough)?.whole ?? counts;
}

/** The loops with the most multiply-adds of their own, with all loops inside them. */
function hotLoops({ loops }: Listing, loopRuns: readonly number[]): { counts: Counts; runs: number }[] {
  const byArithmetic = loops.toSorted((a, b) => b.multiplyAdds - a.multiplyAdds);
  return loopRuns.map((runs, i) => ({ counts: byArithmetic[i].whole, runs }));
}

/** Clocks that one run of a loop waits for memory and at barriers. */
const waitingOf = ({ globalLoads, barriers }: Counts): number =>
  (globalLoads > 0 ? GLOBAL_LATENCY : 0) + barriers * SHARED_LATENCY;
