/**
 * Waiting for the GPU in Node. While a WebGPU promise is pending, Node polls Dawn without a break and keeps a core busy; on a
 * software adapter that core belongs to the driver's threads, and work takes up to twice as long. So the thread sleeps a
 * little between polls. It never sleeps long: signals, timers and progress bars stay alive.
 */

const SHORTEST_MS = 0.1;
const LONGEST_MS = 2;

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits for `promise`, sleeping between polls; the pauses grow with the time waited, so that short work stays quick. */
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
