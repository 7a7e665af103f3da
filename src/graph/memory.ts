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

/**
 * Assigns slots greedily, in order of time. A value takes the smallest free slot that is large enough; else it enlarges
 * the largest free slot; else it opens a new one. Each slot is a buffer, because WebGPU forbids a dispatch to read and
 * write one buffer.
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
