/** Compiled plans by what they are for, so that a second photo of the same size compiles nothing. */
import { compile, type CompileOptions, type Plan } from '../graph/plan.ts';
import type { Shared } from '../graph/shared.ts';
import type { Graph } from '../graph/record.ts';
import type { Tensor } from '../graph/tensor.ts';

/** A recorded graph and what is wanted of it. */
export interface Recorded {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Plans kept by default: a network needs a few at a time, and each holds the memory of its intermediates. */
const CAPACITY = 8;

export class PlanCache {
  /** Least recently used first. */
  private readonly plans = new Map<string, Promise<Plan>>();

  constructor(
    private readonly shared: Shared,
    private readonly capacity = CAPACITY,
  ) {}

  /**
   * The plan of `key`, compiled when it is not there. The plan that was not used for longest makes room.
   * @param record must record the same graph whenever it is called for the same key
   */
  async get(key: string, record: () => Recorded, options: Pick<CompileOptions, 'onUpload'> = {}): Promise<Plan> {
    let plan = this.plans.get(key);
    this.plans.delete(key);
    if (!plan) {
      const { graph, outputs } = record();
      plan = compile(this.shared, graph, { ...options, outputs });
    }
    this.plans.set(key, plan);
    try {
      const ready = await plan;
      await this.evict();
      return ready;
    } catch (error) {
      if (this.plans.get(key) === plan) this.plans.delete(key);
      throw error;
    }
  }

  private async evict(): Promise<void> {
    for (const [key, plan] of this.plans) {
      if (this.plans.size <= this.capacity) return;
      this.plans.delete(key);
      // A plan that failed to compile is reported to whoever asked for it.
      await plan.then(
        (p) => p.dispose(),
        () => undefined,
      );
    }
  }

  /** Frees all plans. Their results are gone. */
  async dispose(): Promise<void> {
    const plans = [...this.plans.values()];
    this.plans.clear();
    for (const plan of await Promise.allSettled(plans)) {
      if (plan.status === 'fulfilled') plan.value.dispose();
    }
  }
}
