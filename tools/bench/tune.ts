/**
 * Tuning: measures the variants of kernels for the problems of networks, in turns, and keeps those that are faster than the
 * table's choice.
 */
import { Canceled } from '../../src/graph/errors.ts';
import { fuse } from '../../src/graph/fuse/index.ts';
import { lower } from '../../src/graph/lower.ts';
import { inputsOf, type Node, type Tensor } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/record.ts';
import { isCopy, type Dispatch } from '../../src/kernels/dispatch.ts';
import type { Target } from '../../src/kernels/target.ts';
import type { TuningEntry } from '../../src/host/node/tuning.ts';
import type { Runner } from './measure.ts';

/** A problem that several variants of a kernel can solve, and a node that has it. */
export interface Contest {
  readonly kernel: string;
  readonly problem: string;
  /** The table's choice first. */
  readonly variants: readonly string[];
  readonly node: Node;
  /** Operations of all nodes with this problem. */
  readonly flops: number;
  /** Operations of one of them. */
  readonly flopsOfRun: number;
}

/** The problems of graphs for which there is a choice, those with the most work first. */
export function contestsOf(graphs: Iterable<Graph>, target: Target): Contest[] {
  const found = new Map<string, Contest>();
  for (const { nodes } of graphs) {
    for (const node of fuse(nodes, resultsOf(nodes))) {
      const { steps } = lower([node], { ...target, tuned: {} });
      for (const step of steps) {
        if (isCopy(step) || step.problem === undefined) continue;
        const variants = variantsOf(step);
        const known = found.get(step.problem);
        const flopsOfRun = steps.reduce((sum, one) => sum + (isCopy(one) ? 0 : (one.flops ?? 0)), 0);
        const flops = (known?.flops ?? 0) + (step.flops ?? 0);
        if (variants.length > 1) {
          found.set(step.problem, { kernel: step.kernel, problem: step.problem, variants, node, flops, flopsOfRun });
        }
      }
    }
  }
  return [...found.values()].sort((a, b) => b.flops - a.flops);
}

function variantsOf({ variant, others = [] }: Dispatch): string[] {
  return [variant!, ...others.filter(({ reason }) => reason === undefined).map(({ name }) => name)];
}

/** The tensors that no node reads. */
function resultsOf(nodes: readonly Node[]): Set<Tensor> {
  const results = new Set(nodes.flatMap(({ outputs }) => outputs.map((output) => output.root)));
  for (const node of nodes) for (const input of inputsOf(node.inputs)) results.delete(input.root);
  return results;
}

export interface TuneOptions {
  /** Prepares a variant of a contest: builds its pipelines and takes memory. */
  readonly prepare: (contest: Contest, variant: string) => Promise<Runner>;
  /** Milliseconds after which no further run starts. */
  readonly budgetMs: number;
  readonly signal?: AbortSignal;
  /** Gets each result at once. */
  readonly onEntry?: (entry: TuningEntry) => void;
  /** Milliseconds on some clock; by default the process's. */
  readonly now?: () => number;
}

export interface Tuned {
  readonly entries: readonly TuningEntry[];
  /** Problems that need no run: all variants but the usual one were far slower in other problems. */
  readonly settled: number;
}

/** Rounds after the first. */
const ROUNDS = 4;
/** A variant this many times as slow as the fastest is out: no noise is as large. */
const HOPELESS = 1.5;
/**
 * A variant this many times as slow as the fastest is not tried in other problems of the kernel, and after two kernels in none:
 * variants of one name work in one way, which does not suit the adapter.
 */
const FAR_SLOWER = 4;
const ENOUGH_KERNELS = 2;
/** The largest problem below is the first of its kernel: it takes 30 ms on a software adapter of two cores, and fills a GPU. */
const FIRST_FLOPS = 3e9;
/** A problem whose run takes this share of the budget is left out. */
const LONGEST_SHARE = 1 / 40;
/** A variant takes the place of the table's choice if it is this many times as fast. */
const CLEARLY_FASTER = 1.05;

/**
 * Measures contests until the budget is spent. Those that are not measured to an end are left out.
 * @throws Canceled when the signal aborts
 */
export async function tune(contests: readonly Contest[], options: TuneOptions): Promise<Tuned> {
  const { budgetMs, onEntry, now = () => performance.now() } = options;
  const deadline = now() + budgetMs;
  const entries: TuningEntry[] = [];
  /** Kernels in which a variant was far slower. */
  const farSlower = new Map<string, Set<string>>();
  const isOut = (kernel: string, variant: string): boolean => {
    const kernels = farSlower.get(variant);
    return kernels !== undefined && (kernels.has(kernel) || kernels.size >= ENOUGH_KERNELS);
  };
  let settled = 0;
  for (const all of inOrder(contests)) {
    const { kernel, variants } = all;
    const contest = { ...all, variants: variants.filter((name, i) => i === 0 || !isOut(kernel, name)) };
    if (contest.variants.length === 1) {
      settled++;
      continue;
    }
    if (now() >= deadline) continue;
    const best = await fastestRuns(contest, options, () => now() >= deadline);
    if (!best) continue;
    const fastest = Math.min(...best.values());
    for (const [name, ms] of best) {
      if (ms > FAR_SLOWER * fastest) farSlower.set(name, (farSlower.get(name) ?? new Set()).add(kernel));
    }
    const entry = entryOf(contest, best);
    entries.push(entry);
    onEntry?.(entry);
  }
  return { entries, settled };
}

/** A problem of moderate size of each kernel comes first: it soon shows which variants are far slower. */
function inOrder(contests: readonly Contest[]): Contest[] {
  const first = new Map<string, Contest>();
  for (const contest of contests) {
    const known = first.get(contest.kernel)?.flopsOfRun ?? 0;
    const { flopsOfRun } = contest;
    if (flopsOfRun <= FIRST_FLOPS && flopsOfRun > known) first.set(contest.kernel, contest);
  }
  return [...new Set([...first.values(), ...contests])];
}

/** The fastest run of each variant in milliseconds; undefined if time is up before each has run twice. */
async function fastestRuns(
  contest: Contest,
  { prepare, budgetMs, signal }: TuneOptions,
  isOver: () => boolean,
): Promise<Map<string, number> | undefined> {
  const best = new Map<string, number>();
  const runners = new Map<string, Runner>();
  const run = async (name: string): Promise<number> => {
    const runner = runners.get(name) ?? (await prepare(contest, name));
    runners.set(name, runner);
    return (await runner.sample(signal)).ms;
  };
  try {
    // The first round decides nothing: it warms up, and some drivers make a program's machine code in its first run.
    for (let round = 0; round <= ROUNDS; round++) {
      // Of whole rounds: a cold run must not be compared with a warm one.
      const hopeless = round < 2 ? Infinity : HOPELESS * Math.min(...best.values());
      for (const name of contest.variants) {
        if (signal?.aborted) throw new Canceled('Tuning');
        if (isOver()) return round > 1 ? best : undefined;
        const known = best.get(name) ?? 0;
        if (known > hopeless) continue;
        let ms = await run(name);
        // Other variants may take ten times as long as the usual one: a long run would leave no time for the rest.
        if (best.size === 0 && ms > LONGEST_SHARE * budgetMs) {
          ms = await run(name);
          if (ms > LONGEST_SHARE * budgetMs) return undefined;
        }
        best.set(name, round < 2 ? ms : Math.min(known, ms));
      }
      const fastest = Math.min(...best.values());
      if (round > 0 && [...best.values()].filter((ms) => ms <= HOPELESS * fastest).length === 1) break;
    }
    return best;
  } finally {
    for (const runner of runners.values()) runner.dispose();
  }
}

function entryOf({ kernel, problem, variants: [usual] }: Contest, best: ReadonlyMap<string, number>): TuningEntry {
  const [name, ms] = [...best].reduce((a, b) => (b[1] < a[1] ? b : a));
  const usualMs = best.get(usual)!;
  const times = usualMs / ms;
  const variant = times >= CLEARLY_FASTER ? name : usual;
  return { kernel, problem, variant, usual, times: variant === usual ? 1 : Number(times.toFixed(2)) };
}
