/** How long small graphs take on a device: cold once, then warm, several of them in turns so that noise hits all alike. */
import type { Device } from '../../src/graph/device.ts';
import { type Sources } from '../../src/graph/evaluate.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import type { StepTime } from '../../src/graph/run.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { HostArray } from '../../src/graph/transfer.ts';

/** One run, in milliseconds. */
export interface Sample {
  /** By timestamps on the device, copies between dispatches included; wall time where it has none. */
  readonly ms: number;
  /** From the call to the result's being there. */
  readonly wallMs: number;
}

/** Something that can be run again and again. */
export interface Runner {
  sample(signal?: AbortSignal): Promise<Sample>;
  dispose(): void;
}

export interface Prepared extends Runner {
  /** Compilation of pipelines, upload of constants and the first run, in milliseconds of wall time. */
  readonly coldMs: number;
}

/** Statistics of warm runs, and the cold one. */
export interface Timing {
  coldMs: number;
  /** The fastest warm run. */
  bestMs: number;
  medianMs: number;
  p90Ms: number;
  /** Median wall time of a run. */
  wallMs: number;
  runs: number;
  /** `timestamps` of the device, or `wall` time where it has none. */
  clock: Clock;
}

export type Clock = 'timestamps' | 'wall';

/** Compiles a graph and runs it once. @throws Canceled when the signal aborts; whatever the runtime throws */
export async function prepare(
  device: Device,
  build: (sources: Sources) => Tensor,
  signal?: AbortSignal,
): Promise<Prepared> {
  const { graph, inputs, sources } = recording();
  const y = build(sources);
  const shared = sharedFor(device);
  const started = performance.now();
  const plan = await compile(shared, graph, { outputs: { y } });
  const dispose = (): void => {
    plan.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  };
  try {
    await plan.run(inputs, { signal });
  } catch (error) {
    dispose();
    throw error;
  }
  const sample = (signal?: AbortSignal): Promise<Sample> =>
    timed(device, (onProfile) => plan.run(inputs, { signal, onProfile }));
  return { coldMs: performance.now() - started, sample, dispose };
}

/** Gets the times of a plan's steps. */
export type OnProfile = (times: readonly StepTime[]) => void;

/**
 * Runs once.
 * @param run passes the function that it is given on to each of its plans
 * @param observe gets what that function gets
 */
export async function timed(
  device: Device,
  run: (onProfile: OnProfile | undefined) => Promise<unknown>,
  observe?: OnProfile,
): Promise<Sample> {
  let stamped = 0;
  const onProfile: OnProfile = (times) => {
    stamped += times.reduce((sum, { ms }) => sum + ms, 0);
    observe?.(times);
  };
  const started = performance.now();
  await run(device.hasTimestamps ? onProfile : undefined);
  const wallMs = performance.now() - started;
  return { ms: device.hasTimestamps ? stamped : wallMs, wallMs };
}

export const clockOf = (device: Device): Clock => (device.hasTimestamps ? 'timestamps' : 'wall');

const LEAST_ROUNDS = 5;
const MOST_ROUNDS = 100;
/** Milliseconds of wall time that a turn of a fast runner takes at least. */
const TURN_MS = 25;

export interface TurnOptions {
  /** Milliseconds to spend, as far as the least number of rounds allows. */
  readonly budgetMs?: number;
  readonly leastRounds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs all in turns, at least 5 times and until the budget is spent, at most 100 times.
 * @returns the samples of each
 * @throws Canceled when the signal aborts
 */
export async function inTurns(
  runners: readonly Pick<Runner, 'sample'>[],
  { budgetMs = 1000, leastRounds = LEAST_ROUNDS, signal }: TurnOptions = {},
): Promise<Sample[][]> {
  const samples = runners.map((): Sample[] => []);
  const started = performance.now();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (round >= leastRounds && performance.now() - started >= budgetMs) break;
    for (const [i, runner] of runners.entries()) samples[i].push(...(await turnOf(runner, signal)));
  }
  return samples;
}

/** One run; of a fast runner several, after one that does not count: it wakes the device and its share of the caches. */
async function turnOf(runner: Pick<Runner, 'sample'>, signal?: AbortSignal): Promise<Sample[]> {
  const first = await runner.sample(signal);
  if (first.wallMs >= TURN_MS) return [first];
  const samples: Sample[] = [];
  for (let elapsed = 0; elapsed < TURN_MS; elapsed += samples[samples.length - 1].wallMs) {
    samples.push(await runner.sample(signal));
  }
  return samples;
}

export function timingOf(coldMs: number, samples: readonly Sample[], clock: Clock): Timing {
  const times = ascending(samples.map(({ ms }) => ms));
  const [bestMs, medianMs, p90Ms] = [0, 0.5, 0.9].map((share) => quantile(times, share));
  const wallMs = quantile(ascending(samples.map((sample) => sample.wallMs)), 0.5);
  return { coldMs, bestMs, medianMs, p90Ms, wallMs, runs: samples.length, clock };
}

export const fastestMs = (samples: readonly Sample[]): number => Math.min(...samples.map(({ ms }) => ms));

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** The value at a share of the sorted values: the nearest rank, never an average of two. Exported for tests. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

/** A graph whose inputs and weights are arrays, as kernels' tests build it. */
function recording(): { graph: Graph; inputs: Record<string, HostArray>; sources: Sources } {
  const graph = new Graph();
  const inputs: Record<string, HostArray> = {};
  let count = 0;
  const sources: Sources = {
    graph,
    input(data, shape) {
      const name = `input${count++}`;
      inputs[name] = data;
      return graph.input(
        name,
        shape,
        data instanceof Float32Array ? 'f32' : data instanceof Uint32Array ? 'u32' : 'i32',
      );
    },
    weight: (data, shape) => graph.constant({ name: `weight${count++}`, of: data, shape, compute: () => data }),
  };
  return { graph, inputs, sources };
}
