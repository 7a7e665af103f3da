/**
 * Waits for the GPU in Node. While a WebGPU promise is pending, Node polls Dawn without pause and keeps a CPU core busy. A
 * software adapter needs that core itself, so its work would take up to twice as long. Here the thread sleeps between polls,
 * but never long enough to delay signals, timers and progress bars.
 */

const SHORTEST_MS = 0.1;
const LONGEST_MS = 2;

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits for `promise` and sleeps between polls. The pauses grow with the waiting time, so that short work stays fast. */
export async function waitForGpu<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let pause = SHORTEST_MS; ; pause = Math.min(LONGEST_MS, pause * 1.5)) {
    await new Promise((resolve) => setImmediate(resolve));
    if (settled) return promise;
    Atomics.wait(cell, 0, 0, pause);
  }
}
