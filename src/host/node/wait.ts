/**
 * Waits for the GPU in Node. While a WebGPU promise is pending, Node polls Dawn without pause and keeps a CPU core busy. A
 * software adapter needs that core itself, so its work would take up to twice as long. Here the thread sleeps between polls,
 * but never long enough to delay signals, timers and progress bars.
 */

const SHORTEST_MS = 0.1;
const LONGEST_MS = 2;

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits that have not ended. */
let waiting = 0;
/** Whether the one loop that sleeps is running. */
let isSleeping = false;
let pause = SHORTEST_MS;

/**
 * Waits for `promise` and sleeps between polls. The pauses grow with the waiting time, so that short work stays fast. Waits that
 * overlap share one pause: none delays another.
 */
export async function waitForGpu<T>(promise: Promise<T>): Promise<T> {
  pause = SHORTEST_MS;
  waiting++;
  if (!isSleeping) void sleepBetweenPolls();
  try {
    return await promise;
  } finally {
    waiting--;
  }
}

async function sleepBetweenPolls(): Promise<void> {
  isSleeping = true;
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    if (waiting === 0) break;
    Atomics.wait(cell, 0, 0, pause);
    pause = Math.min(LONGEST_MS, pause * 1.5);
  }
  isSleeping = false;
}
