/** Memory planning: values that are not alive at the same time share a slot. */

export interface Value {
  readonly bytes: number;
  /** Index of the step that writes it first. */
  readonly from: number;
  /** Index of the last step that reads or writes it. */
  readonly to: number;
}

export interface MemoryPlan {
  /** Slot of each value, in the order given. */
  readonly slots: readonly number[];
  readonly slotBytes: readonly number[];
  /** Bytes of all slots together. */
  readonly peakBytes: number;
  /** Bytes of all values, as if none shared a slot. */
  readonly sumBytes: number;
}

/** Steps between two lives that do not meet; 0 if they do. */
const stepsBetween = (a: Value, b: Value): number => Math.max(0, a.from - b.to, b.from - a.to);

/**
 * Assigns slots greedily, the largest value first, so that a slot never grows. Of the slots that are free during a value's
 * life, it takes the one that others use closest in time, and of these the smallest: long free times stay whole for other
 * values. Each slot is a buffer, because WebGPU forbids a dispatch to read and write one buffer.
 */
export function planMemory(values: readonly Value[]): MemoryPlan {
  const slotBytes: number[] = [];
  const users: Value[][] = [];
  const slots: number[] = new Array<number>(values.length);
  const order = values
    .map((_, i) => i)
    .sort((a, b) => values[b].bytes - values[a].bytes || values[a].from - values[b].from);
  for (const i of order) {
    let [best, bestSteps] = [-1, Infinity];
    for (let s = 0; s < users.length; s++) {
      const steps = Math.min(...users[s].map((other) => stepsBetween(other, values[i])));
      // Later slots are smaller.
      if (steps > 0 && steps <= bestSteps) [best, bestSteps] = [s, steps];
    }
    if (best === -1) {
      best = users.push([]) - 1;
      slotBytes.push(values[i].bytes);
    }
    users[best].push(values[i]);
    slots[i] = best;
  }
  return {
    slots,
    slotBytes,
    peakBytes: slotBytes.reduce((a, b) => a + b, 0),
    sumBytes: values.reduce((a, v) => a + v.bytes, 0),
  };
}
