/** Memory planning: values whose lifetimes do not overlap share a slot. */

export interface Value {
  readonly bytes: number;
  /** Index of the step that writes it first. */
  readonly from: number;
  /** Index of the last step that touches it. */
  readonly to: number;
}

export interface MemoryPlan {
  /** Slot of each value, in the order given. */
  readonly slots: readonly number[];
  readonly slotBytes: readonly number[];
  /** What the slots take together. */
  readonly peakBytes: number;
  /** What all values would take without sharing. */
  readonly sumBytes: number;
}

/**
 * Greedy by time: a value takes the smallest free slot that holds it, else enlarges the largest free one, else opens
 * a new one. Slots are separate buffers, because WebGPU forbids reading and writing one buffer in the same dispatch.
 */
export function planMemory(values: readonly Value[]): MemoryPlan {
  const slotBytes: number[] = [];
  const busyUntil: number[] = [];
  const slots: number[] = new Array<number>(values.length);
  const order = values
    .map((_, i) => i)
    .sort((a, b) => values[a].from - values[b].from || values[b].bytes - values[a].bytes);
  for (const i of order) {
    const { bytes, from, to } = values[i];
    let best = -1;
    for (let s = 0; s < slotBytes.length; s++) {
      if (busyUntil[s] >= from) continue;
      if (best === -1) best = s;
      else if (slotBytes[s] >= bytes) best = slotBytes[best] >= bytes && slotBytes[best] <= slotBytes[s] ? best : s;
      else if (slotBytes[best] < bytes && slotBytes[s] > slotBytes[best]) best = s;
    }
    if (best === -1) best = slotBytes.push(0) - 1;
    slotBytes[best] = Math.max(slotBytes[best], bytes);
    busyUntil[best] = to;
    slots[i] = best;
  }
  return {
    slots,
    slotBytes,
    peakBytes: slotBytes.reduce((a, b) => a + b, 0),
    sumBytes: values.reduce((a, v) => a + v.bytes, 0),
  };
}
