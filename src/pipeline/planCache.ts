/**
 * A cache of compiled plans, so that a second photo of the same size compiles nothing. Plans of networks
 * check that what they compute is finite.
 */
import { buildCheckedAhead, compileChecked } from '../graph/finite.ts';
import { keyOf } from '../graph/key.ts';
import { buildAhead, compile, type CompileOptions, type Plan } from '../graph/plan.ts';
import type { Shared } from '../graph/shared.ts';
import type { Graph } from '../graph/record.ts';
import type { Tensor } from '../graph/tensor.ts';

/** A recorded graph and its results by name. */
export interface Recorded {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Records a graph. It is a function at the top level of a module and its argument is plain data, so that the graph
 * depends on the argument alone and the argument identifies the graph.
 */
export type Recorder<A> = (argument: A) => Recorded;

/** Plans kept by default. A network needs a few at a time, and each plan holds memory for its intermediate results. */
const CAPACITY = 8;

export class PlanCache {
  /** Least recently used first. */
  private readonly plans = new Map<string, Promise<Plan>>();
  /** A number for each recorder, for keys. */
  private readonly recorders = new Map<unknown, number>();

  constructor(
    private readonly shared: Shared,
    private readonly capacity = CAPACITY,
    /** Whether NaN and infinity in what a plan computes are errors. They are not where NaN stands for a missing point. */
    private readonly isFinite = true,
  ) {}

  /**
   * The plan of the graph that `record` records from `argument`, compiled on first use. If the cache is full, the least
   * recently used plan is disposed, and with it its results. Its runs throw NumericError on NaN and infinity.
   * @throws TypeError if the argument is not plain data; as `record`; as `compile`
   */
  async get<A>(record: Recorder<A>, argument: A, options: Pick<CompileOptions, 'onUpload'> = {}): Promise<Plan> {
    const key = keyOf([this.idOf(record), argument]);
    let plan = this.plans.get(key);
    this.plans.delete(key);
    if (!plan) {
      // The old plan is freed first, so that the memory of both is never needed.
      plan = this.evict(this.capacity - 1).then(() => {
        const { graph, outputs } = record(argument);
        return (this.isFinite ? compileChecked : compile)(this.shared, graph, {
          ...options,
          outputs,
          name: record.name,
        });
      });
    }
    this.plans.set(key, plan);
    try {
      return await plan;
    } catch (error) {
      if (this.plans.get(key) === plan) this.plans.delete(key);
      throw error;
    }
  }

  /** Builds the pipelines of a plan that `get` will be asked for, and keeps nothing else. @throws as `get` */
  async buildAhead<A>(record: Recorder<A>, argument: A): Promise<void> {
    const { graph, outputs } = record(argument);
    await (this.isFinite ? buildCheckedAhead : buildAhead)(this.shared, graph, { outputs, name: record.name });
  }

  /** Plans of different recorders differ, even with equal arguments. */
  private idOf(record: unknown): number {
    const id = this.recorders.get(record) ?? this.recorders.size;
    this.recorders.set(record, id);
    return id;
  }

  /** Frees the least recently used plans until `count` are left. */
  private async evict(count: number): Promise<void> {
    const old = [...this.plans].slice(0, Math.max(0, this.plans.size - count));
    for (const [key] of old) this.plans.delete(key);
    for (const [, plan] of old) {
      // The caller of `get` gets the error of a plan that failed to compile.
      await plan.then(
        (p) => p.dispose(),
        () => undefined,
      );
    }
  }

  /** Frees all plans and their results. */
  async dispose(): Promise<void> {
    const plans = [...this.plans.values()];
    this.plans.clear();
    for (const plan of await Promise.allSettled(plans)) {
      if (plan.status === 'fulfilled') plan.value.dispose();
    }
  }
}
