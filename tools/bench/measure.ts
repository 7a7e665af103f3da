/** Times small graphs on a device: one cold run, then warm runs of several graphs in turns, so that noise hits all alike. */
import type { Device } from '../../src/graph/device.ts';
import type { Sources } from '../../src/graph/evaluate.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import type { StepTime } from '../../src/graph/run.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { HostArray } from '../../src/graph/transfer.ts';
import type { Target } from '../../src/kernels/target.ts';

/** One run, in milliseconds. */
export interface Sample {
  /** By timestamps on the device, copies between dispatches included; wall time where the device has none. */
  readonly ms: number;
  /** From the call until the result is there. */
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

/** The time of the cold run, and statistics of the warm runs. */
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

/** A graph with the values that it runs on. */
export interface Recording {
  readonly graph: Graph;
  readonly inputs: Readonly<Record<string, HostArray>>;
  readonly y: Tensor;
}

/** Records a graph whose inputs and weights are arrays. */
export function recorded(build: (sources: Sources) => Tensor): Recording {
  const graph = new Graph();
  const inputs: Record<string, HostArray> = {};
  let count = 0;
  const y = build({
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
  });
  return { graph, inputs, y };
}

export interface PrepareOptions {
  /** Overrides the device's preferred variants. */
  readonly target?: Partial<Target>;
  readonly signal?: AbortSignal;
}

/** Compiles a graph and runs it once. @throws Canceled when the signal aborts; LimitError; KernelError; DeviceError */
export async function prepare(
  device: Device,
  { graph, inputs, y }: Recording,
  { target, signal }: PrepareOptions = {},
): Promise<Prepared> {
  const shared = sharedFor(device);
  const started = performance.now();
  const plan = await compile(shared, graph, { outputs: { y }, target });
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
 * Times one run.
 * @param run passes its argument to each of its plans as `onProfile`
 * @param observe gets the times of all steps of all plans
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

const MIN_ROUNDS = 5;
const MAX_ROUNDS = 100;
/** Shortest turn, in milliseconds of wall time: a fast runner runs several times in it. */
const TURN_MS = 25;

export interface TurnOptions {
  /** Milliseconds after which no round starts, once `minRounds` are done. */
  readonly budgetMs?: number;
  readonly minRounds?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs all runners in turns, for 5 to 100 rounds, until the budget is spent.
 * @returns the samples of each runner
 * @throws Canceled when the signal aborts
 */
export async function inTurns(
  runners: readonly Pick<Runner, 'sample'>[],
  { budgetMs = 1000, minRounds = MIN_ROUNDS, signal }: TurnOptions = {},
): Promise<Sample[][]> {
  const samples = runners.map((): Sample[] => []);
  const started = performance.now();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (round >= minRounds && performance.now() - started >= budgetMs) break;
    for (const [i, runner] of runners.entries()) samples[i].push(...(await turnOf(runner, signal)));
  }
  return samples;
}

/** One run. A fast runner runs several times, after one run that does not count: it wakes the device and fills caches. */
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

/** A quantile by the nearest rank: always one of the values, never an average of two. Exported for tests. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}
