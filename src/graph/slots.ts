/** Where the values of a plan live: which slot of memory each computed operand gets, and what all of it takes. */
import { bytesOf } from '../kernels/check.ts';
import type { Operand, Storage } from '../kernels/dispatch.ts';
import { constantOf } from './constants.ts';
import { accesses, type Lowered } from './lower.ts';
import { planMemory, type MemoryPlan } from './memory.ts';
import { Tensor } from './tensor.ts';

/** Values that share slots. A texture and a buffer cannot. */
interface SharingGroup {
  readonly storage: Storage;
  readonly members: readonly Operand[];
  readonly plan: MemoryPlan;
}

export interface PlanLayout {
  readonly groups: readonly SharingGroup[];
  /** Inputs and results, each with memory of its own. */
  readonly own: readonly Tensor[];
  /** Slots of all groups, one after the other, and the bytes of slots, inputs and results together. */
  readonly memory: MemoryPlan;
}

/**
 * Lays out the memory of a plan. Constants are not part of it.
 * @param inputs all inputs of the graph
 * @param keep results, whose values must outlive the run
 */
export function layOut(lowered: Lowered, inputs: Iterable<Tensor>, keep: Iterable<Tensor>): PlanLayout {
  const kept = new Set<Operand>(keep);
  const isOwn = (o: Operand): boolean => kept.has(o) || (o instanceof Tensor && o.origin.kind === 'input');
  const life = new Map<Operand, { from: number; to: number }>();
  lowered.steps.forEach((step, i) => {
    const { reads, writes } = accesses(step);
    for (const o of [...reads, ...writes]) {
      if (constantOf(o)) continue;
      const owner = lowered.owner(o);
      const span = life.get(owner);
      if (span) span.to = i;
      else life.set(owner, { from: i, to: i });
    }
  });
  const byStorage = new Map<Storage, Operand[]>();
  for (const o of life.keys()) {
    const storage = o.storage ?? 'buffer';
    if (!isOwn(o)) byStorage.set(storage, [...(byStorage.get(storage) ?? []), o]);
  }
  const groups = [...byStorage].map(([storage, members]): SharingGroup => ({
    ...{ storage, members },
    plan: planMemory(members.map((o) => ({ bytes: bytesOf(o), ...life.get(o)! }))),
  }));
  const own = [...new Set([...inputs, ...keep])].filter((t) => t.origin.kind !== 'constant');
  return { groups, own, memory: joined(groups, own) };
}

function joined(groups: readonly SharingGroup[], own: readonly Tensor[]): MemoryPlan {
  const slots: number[] = [];
  const slotBytes: number[] = [];
  let [peakBytes, sumBytes] = [0, 0];
  for (const { plan } of groups) {
    slots.push(...plan.slots.map((s) => s + slotBytes.length));
    slotBytes.push(...plan.slotBytes);
    peakBytes += plan.peakBytes;
    sumBytes += plan.sumBytes;
  }
  for (const t of own) {
    peakBytes += bytesOf(t);
    sumBytes += bytesOf(t);
  }
  return { slots, slotBytes, peakBytes, sumBytes };
}
