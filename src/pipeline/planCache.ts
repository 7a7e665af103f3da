/** Compiled plans by what they compute, so that a second photo of the same size compiles nothing. */
import { keyOf } from '../graph/key.ts';
import { compile, type CompileOptions, type Plan } from '../graph/plan.ts';
import type { Shared } from '../graph/shared.ts';
import type { Graph } from '../graph/record.ts';
import type { Tensor } from '../graph/tensor.ts';

/** A recorded graph and what is wanted of it. */
export interface Recorded {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Records a graph from its argument, and from nothing else: a function at the top level of a module, whose argument is
 * plain data. Only then does the argument say which graph it is.
 */
export type Recorder<A> = (argument: A) => Recorded;

/** Plans kept by default: a network needs a few at a time, and each holds the memory of its intermediates. */
const CAPACITY = 8;

export class PlanCache {
  /** Least recently used first. */
  private readonly plans = new Map<string, Promise<Plan>>();
  private readonly recorders = new Map<unknown, number>();

  constructor(
    private readonly shared: Shared,
    private readonly capacity = CAPACITY,
  ) {}

  /**
   * The plan of what `record` makes of `argument`, compiled when it is not there. The plan that was not used for longest
   * makes room; its results are gone.
   * @throws TypeError if the argument is not plain data; what `record` throws; what `compile` throws
   */
  async get<A>(record: Recorder<A>, argument: A, options: Pick<CompileOptions, 'onUpload'> = {}): Promise<Plan> {
    const key = keyOf([this.idOf(record), argument]);
    let plan = this.plans.get(key);
    this.plans.delete(key);
    if (!plan) {
      const { graph, outputs } = record(argument);
      plan = compile(this.shared, graph, { ...options, outputs, name: record.name });
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

  /** Two recorders of one argument are two plans. */
  private idOf(record: unknown): number {
    const id = this.recorders.get(record) ?? this.recorders.size;
    this.recorders.set(record, id);
    return id;
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
