/** How long a small graph takes on the device: cold once, then warm until the numbers are steady. */
import { Graph } from '../../graph/record.ts';
import { compile } from '../../graph/plan.ts';
import { sharedFor, type Sources } from '../../graph/evaluate.ts';
import type { Device } from '../../graph/device.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { HostArray } from '../../graph/transfer.ts';
import type { StepTime } from '../../graph/run.ts';

/** One thing to measure. */
export interface BenchCase {
  /** Name of the kernel or stage. */
  kernel: string;
  /** Sizes as people write them, `512 x 512 x 512`. */
  shape: string;
  /** Floating-point operations, two for a multiply-add. */
  flops: number;
  /** Bytes that have to be read and written at least once. */
  bytes: number;
  /** What limits it at best: arithmetic or memory. */
  bound: 'compute' | 'memory';
  build(sources: Sources): Tensor;
}

export interface Timing {
  /** Compilation of pipelines, upload of constants and the first run, in milliseconds of wall time. */
  coldMs: number;
  /** The fastest warm run. */
  bestMs: number;
  medianMs: number;
  p90Ms: number;
  /** Median wall time of a run without timestamps: copies between dispatches and the way to the device included. */
  wallMs: number;
  runs: number;
  /** `timestamps` of the device, or `wall` time where it has none. */
  clock: 'timestamps' | 'wall';
}

export interface MeasureOptions {
  /** Milliseconds to spend on warm runs. */
  budgetMs?: number;
  signal?: AbortSignal;
}

const LEAST_RUNS = 5;
const MOST_RUNS = 100;

/** Measures one case. @throws Cancelled when the signal aborts; whatever the runtime throws */
export async function measure(
  device: Device,
  build: BenchCase['build'],
  { budgetMs = 1000, signal }: MeasureOptions = {},
): Promise<Timing> {
  const started = performance.now();
  const { graph, inputs, sources } = recording();
  const y = build(sources);
  const shared = sharedFor(device);
  const plan = await compile(shared, graph, { outputs: { y } });
  try {
    await plan.run(inputs, { signal });
    const coldMs = performance.now() - started;
    const walls: number[] = [];
    const stamped: number[] = [];
    const warmStart = performance.now();
    while (walls.length < LEAST_RUNS || (walls.length < MOST_RUNS && performance.now() - warmStart < budgetMs)) {
      const runStart = performance.now();
      await plan.run(inputs, { signal });
      walls.push(performance.now() - runStart);
      if (device.hasTimestamps) {
        const onProfile = (times: readonly StepTime[]): void => void stamped.push(sumOf(times));
        await plan.run(inputs, { signal, onProfile });
      }
    }
    const clock = device.hasTimestamps ? 'timestamps' : 'wall';
    const times = (device.hasTimestamps ? stamped : walls).toSorted((a, b) => a - b);
    const [bestMs, medianMs, p90Ms] = [0, 0.5, 0.9].map((share) => quantile(times, share));
    const wallMs = quantile(
      walls.toSorted((a, b) => a - b),
      0.5,
    );
    return { coldMs, bestMs, medianMs, p90Ms, wallMs, runs: times.length, clock };
  } finally {
    plan.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

const sumOf = (times: readonly StepTime[]): number => times.reduce((sum, { ms }) => sum + ms, 0);

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
    weight: (data, shape) => graph.constant(`weight${count++}`, shape, [], () => data),
  };
  return { graph, inputs, sources };
}

/** The value at a share of the sorted values: the nearest rank, never an average of two. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}
