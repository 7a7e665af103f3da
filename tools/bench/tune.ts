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
        const flops = (known?.flops ?? 0) + (step.flops ?? 0);
        if (variants.length > 1) {
          found.set(step.problem, { kernel: step.kernel, problem: step.problem, variants, node, flops });
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

/** Rounds after the first. */
const ROUNDS = 4;
/** A variant this many times as slow as the fastest is out: no noise is as large. */
const HOPELESS = 1.5;
/** A problem whose first run takes this share of the budget is left out. */
const LONGEST_SHARE = 1 / 40;
/** A variant takes the place of the table's choice if it is this many times as fast. */
const CLEARLY_FASTER = 1.05;

/**
 * Measures contests until the budget is spent. Those that are not measured to an end are left out.
 * @throws Canceled when the signal aborts
 */
export async function tune(contests: readonly Contest[], options: TuneOptions): Promise<TuningEntry[]> {
  const { budgetMs, onEntry, now = () => performance.now() } = options;
  const deadline = now() + budgetMs;
  const entries: TuningEntry[] = [];
  for (const contest of contests) {
    if (now() >= deadline) break;
    const best = await fastestRuns(contest, options, () => now() >= deadline);
    if (!best) continue;
    const entry = entryOf(contest, best);
    entries.push(entry);
    onEntry?.(entry);
  }
  return entries;
}

/** The fastest run of each variant in milliseconds; undefined if time is up before each has run. */
async function fastestRuns(
  contest: Contest,
  { prepare, budgetMs, signal }: TuneOptions,
  isOver: () => boolean,
): Promise<Map<string, number> | undefined> {
  const best = new Map<string, number>();
  const runners = new Map<string, Runner>();
  try {
    // The first round also warms up: it decides only what is hopeless.
    for (let round = 0; round <= ROUNDS; round++) {
      // Of whole rounds: a cold run must not be compared with a warm one.
      const hopeless = HOPELESS * Math.min(...best.values());
      for (const name of contest.variants) {
        if (signal?.aborted) throw new Canceled('Tuning');
        if (isOver()) return round > 1 ? best : undefined;
        const known = best.get(name) ?? 0;
        if (round > 0 && known > hopeless) continue;
        const runner = runners.get(name) ?? (await prepare(contest, name));
        runners.set(name, runner);
        const { ms } = await runner.sample(signal);
        best.set(name, round < 2 ? ms : Math.min(known, ms));
        // Other variants may take ten times as long as the usual one: a long run would leave no time for the rest.
        if (best.size === 1 && ms > LONGEST_SHARE * budgetMs) return undefined;
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
