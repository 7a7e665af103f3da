/**
 * What share of the multiplier's peak a program could reach at most, by counting its instructions: an estimate, never a speed.
 * It is about the innermost loop that holds nearly all multiply-adds; loops inside it count as often as they are known to run.
 */
import type { Counts, Listing } from './listing.ts';

export type Bound = 'vector instructions' | 'workgroup memory' | 'latency' | 'memory';

export interface Roof {
  /** 0..1, with matrix instructions up to 2: they do twice as much per clock. null for a program that does little arithmetic: global memory bounds it. */
  readonly roof: number | null;
  readonly boundBy: Bound;
  /** What is counted: a loop, or all of the program where no loop holds the arithmetic. */
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

export function roofOf({ loops, counts, waves }: Listing): Roof {
  const outside = loops.filter(({ depth }) => depth === 0);
  const most = Math.max(counts.multiplyAdds, ...outside.map(({ whole, trips }) => trips * whole.multiplyAdds));
  const enough = NEARLY_ALL * most;
  const counted = loops.findLast(({ whole, trips }) => trips * whole.multiplyAdds >= enough)?.whole ?? counts;
  const { multiplyAdds, vector, sharedBytes, globalLoads, globalBytes, barriers } = counted;
  if (multiplyAdds < FEW_PER_BYTE * Math.max(8, globalBytes)) return { roof: null, boundBy: 'memory', counted };
  const busy = Math.max(vector, sharedBytes * SHARED_BYTES_PER_MULTIPLY_ADD);
  const waiting = (globalLoads > 0 ? GLOBAL_LATENCY : 0) + barriers * SHARED_LATENCY;
  const shares: [Bound, number][] = [
    ['vector instructions', multiplyAdds / vector],
    ['workgroup memory', multiplyAdds / (sharedBytes * SHARED_BYTES_PER_MULTIPLY_ADD)],
    // While a wave waits, the others compute.
    ['latency', (multiplyAdds / busy) * Math.min(1, ((waves / 2) * busy) / (busy + waiting))],
  ];
  const [boundBy, roof] = shares.reduce((least, share) => (share[1] < least[1] ? share : least));
  return { roof, boundBy, counted };
}
