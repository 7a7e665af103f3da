/** What one line of results needs: kernel cases by all families in turns, stages of networks. */
import type { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { Canceled } from '../../src/graph/errors.ts';
import type { StepTime } from '../../src/graph/run.ts';
import type { AdapterClass, Target } from '../../src/kernels/target.ts';
import { currentLoad } from '../origin.ts';
import type { Ceilings } from './ceiling.ts';
import type { BenchCase, Choice } from './kinds.ts';
import type { Line } from './lines.ts';
import { clockOf, inTurns, prepare, type Prepared, type Sample, timed, type Timing, timingOf } from './measure.ts';
import type { MemoryMeter } from './memory.ts';
import type { PresetSize, Stage, StagedNetwork } from './stages.ts';

/** What a job finds out; the rest of a line is the same for all of a run. */
export type Finding = Pick<
  Line,
  | keyof Timing
  | 'kind'
  | 'kernel'
  | 'shape'
  | 'family'
  | 'chosen'
  | 'bound'
  | 'gflops'
  | 'gigabytesPerSecond'
  | 'ceiling'
  | 'share'
  | 'load'
  | 'pointsPerSecond'
  | 'kernels'
  | 'peakDeviceBytes'
  | 'peakProcessBytes'
>;

/** Devices to measure on. */
export interface Bench {
  /** Runs the families that the table chooses. */
  readonly device: Device;
  /** Runs the others, where the adapter can. */
  readonly other: Device;
  readonly ceilings: Ceilings;
  readonly signal: AbortSignal;
}

/** Families to measure beside those that the table chooses; the same ones where an adapter can run no other. */
export function otherFamilies(adapterClass: AdapterClass): Partial<Pick<Target, Choice>> {
  if (adapterClass === 'gpu') return { rows: 'lane' };
  if (adapterClass === 'software') return { rows: 'workgroup' };
  return { linear: 'tiled', attention: 'tiled', conv: 'tiled', rows: 'workgroup' };
}

/** A slow family would take minutes for more work than this. */
const MOST_COMPARED_FLOPS = 2.5e10;

/** One case by every family of it, in turns with the ceiling that limits it. */
export async function measureCase(
  one: BenchCase,
  { device, other, ceilings, signal }: Bench,
  { family, budgetMs }: { family?: string; budgetMs: number },
): Promise<Finding[]> {
  const contestants = contestantsOf(one, device, other).filter(
    (contestant) => family === undefined || one.choice === null || contestant.family === family,
  );
  const ceiling = ceilings[one.bound];
  const prepared: Prepared[] = [];
  try {
    for (const { on, build } of contestants) prepared.push(await prepare(on, build, signal));
    const [between, ...samples] = await inTurns([ceiling, ...prepared], { budgetMs, signal });
    const rate = ceiling.rateOf(between);
    const load = currentLoad();
    return contestants.map(({ family, chosen }, i): Finding => {
      const timing = timingOf(prepared[i].coldMs, samples[i], clockOf(device));
      return {
        kind: 'kernel',
        kernel: one.kernel,
        shape: one.shape,
        family,
        chosen,
        ...timing,
        ...ratesOf(one, timing, rate),
        load,
      };
    });
  } finally {
    for (const runner of prepared) runner.dispose();
  }
}

function contestantsOf(one: BenchCase, device: Device, other: Device) {
  const { choice, build, textbook, flops } = one;
  const family = choice && device.target[choice];
  const rival = choice && other.target[choice];
  return [
    { family, chosen: true, on: device, build },
    ...(rival !== family && flops <= MOST_COMPARED_FLOPS ? [{ family: rival, chosen: false, on: other, build }] : []),
    ...(textbook ? [{ family: 'textbook', chosen: false, on: other, build: textbook }] : []),
  ];
}

/** Rates of a case, and its share of the ceiling that limits it. Exported for tests. */
export function ratesOf(
  { flops, bytes, bound }: Pick<BenchCase, 'flops' | 'bytes' | 'bound'>,
  { medianMs }: Pick<Timing, 'medianMs'>,
  ceiling: number,
) {
  const gflops = flops / medianMs / 1e6;
  const gigabytesPerSecond = bytes / medianMs / 1e6;
  const share = (bound === 'compute' ? gflops : gigabytesPerSecond) / ceiling;
  return { bound, gflops, gigabytesPerSecond, ceiling, share };
}

const STAGE_ROUNDS = 3;

/** Stages of a network, those of a group in turns; nothing is loaded when none is wanted. */
export async function* measureNetwork(
  network: StagedNetwork,
  size: PresetSize,
  { device, ceilings, signal }: Bench,
  { meter, wanted }: { meter: MemoryMeter; wanted: (stage: Pick<Stage, 'kernel'>) => boolean },
): AsyncGenerator<Finding[]> {
  if (!network.stages.some((kernel) => wanted({ kernel }))) return;
  const shared = sharedFor(device, network.weights(size));
  const loaded = network.load(shared, size);
  try {
    for (const group of loaded.groups) {
      const stages = group.filter(wanted);
      if (stages.length === 0) continue;
      const runs = stages.map((stage) => new StageRun(stage, device));
      meter.reset();
      for (const run of runs) await run.start(signal);
      const turns = [ceilings.compute, ...runs];
      const [between, ...samples] = await inTurns(turns, { budgetMs: 0, leastRounds: STAGE_ROUNDS, signal });
      const ceiling = ceilings.compute.rateOf(between);
      const { peakDeviceBytes, peakProcessBytes } = meter;
      const around = { load: currentLoad(), peakDeviceBytes, peakProcessBytes };
      yield runs.map((run, i) => ({ ...run.finding(samples[i], ceiling), ...around }));
    }
  } finally {
    await loaded.dispose();
    shared.constants.dispose();
    shared.readback.dispose();
  }
}

/** Runs of one stage. */
class StageRun {
  private coldMs = 0;
  private queries: number | undefined;
  /** Of the last run. */
  private steps: StepTime[] = [];

  constructor(
    private readonly stage: Stage,
    private readonly device: Device,
  ) {}

  async start(signal: AbortSignal): Promise<void> {
    await this.stage.prepare?.({ signal });
    this.coldMs = (await this.sample(signal)).wallMs;
  }

  async sample(signal?: AbortSignal): Promise<Sample> {
    if (signal?.aborted) throw new Canceled('The benchmark');
    this.steps = [];
    return timed(
      this.device,
      async (onProfile) => ({ queries: this.queries } = await this.stage.run({ signal, onProfile })),
      (times) => void this.steps.push(...times),
    );
  }

  finding(samples: readonly Sample[], ceiling: number): Omit<Finding, 'load'> {
    const timing = timingOf(this.coldMs, samples, clockOf(this.device));
    const flops = this.steps.reduce((sum, step) => sum + step.flops, 0);
    const gflops = flops / timing.medianMs / 1e6;
    return {
      ...{ kind: 'stage', kernel: this.stage.kernel, shape: this.stage.shape, family: null, chosen: true, ...timing },
      ...{ bound: 'compute', gflops, gigabytesPerSecond: null, ceiling, share: gflops / ceiling },
      kernels: sharesOf(this.steps),
      ...(this.queries !== undefined && { pointsPerSecond: (1000 * this.queries) / timing.wallMs }),
    };
  }
}

/** Share of the time for each kernel, largest first. Exported for tests. */
export function sharesOf(steps: readonly Pick<StepTime, 'kernel' | 'ms'>[]): Record<string, number> {
  const total = steps.reduce((sum, { ms }) => sum + ms, 0);
  const byKernel = new Map<string, number>();
  for (const { kernel, ms } of steps) byKernel.set(kernel, (byKernel.get(kernel) ?? 0) + ms / total);
  return Object.fromEntries(
    [...byKernel].sort((a, b) => b[1] - a[1]).map(([kernel, share]) => [kernel, Math.round(1e4 * share) / 1e4]),
  );
}
