/**
 * Waits for the GPU in Node. While a WebGPU promise is pending, Node polls Dawn without pause and keeps a CPU core busy. A
 * software adapter needs that core itself, so its work would take up to twice as long. Here the thread sleeps between polls,
 * but never long enough to delay signals, timers and progress bars.
 */

const SHORTEST_MS = 0.1;
const LONGEST_MS = 2;

const cell = new Int32Array(new SharedArrayBuffer(4));

/** A wait that has not ended. */
interface Pending {
  settled: boolean;
  end(): void;
}

const pending = new Set<Pending>();
let pause = SHORTEST_MS;

/**
 * Waits for `promise` and sleeps between polls. The pauses grow with the waiting time, so that short work stays fast. Waits that
 * overlap share one pause: none delays another. A wait ends outside of Dawn's callbacks, in which a device must not be destroyed.
 */
export async function waitForGpu<T>(promise: Promise<T>): Promise<T> {
  await new Promise<void>((end) => {
    const wait = { settled: false, end };
    const settle = (): void => {
      wait.settled = true;
    };
    promise.then(settle, settle);
    pending.add(wait);
    pause = SHORTEST_MS;
    if (pending.size === 1) void endSettled();
  });
  return promise;
}

/** Ends waits whose promises are settled, and sleeps between, until there are none. */
async function endSettled(): Promise<void> {
  while (pending.size > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    const settled = [...pending].filter((wait) => wait.settled);
    for (const wait of settled) {
      pending.delete(wait);
      wait.end();
    }
    if (settled.length > 0) continue;
    Atomics.wait(cell, 0, 0, pause);
    pause = Math.min(LONGEST_MS, pause * 1.5);
  }
}
