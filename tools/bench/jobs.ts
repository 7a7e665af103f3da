/** Measures kernels in all their variants, and stages of networks; what a job finds becomes lines of results. */
import type { Device } from '../../src/graph/device.ts';
import { fuse } from '../../src/graph/fuse/index.ts';
import { lower } from '../../src/graph/lower.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { Canceled } from '../../src/graph/errors.ts';
import type { StepTime } from '../../src/graph/run.ts';
import { type Dispatch, isCopy } from '../../src/kernels/dispatch.ts';
import type { Target } from '../../src/kernels/target.ts';
import { currentLoad } from '../origin.ts';
import type { Ceilings } from './ceiling.ts';
import type { BenchCase } from './kinds.ts';
import type { Line } from './lines.ts';
import {
  clockOf,
  inTurns,
  prepare,
  type Prepared,
  recorded,
  type Recording,
  type Sample,
  timed,
  type Timing,
  timingOf,
} from './measure.ts';
import type { MemoryMeter } from './memory.ts';
import type { PresetSize, Stage, StagedNetwork } from './stages.ts';

/** The part of a line that a job finds out. The rest is the same for all lines of a run. */
export type Finding = Pick<
  Line,
  | keyof Timing
  | 'kind'
  | 'kernel'
  | 'shape'
  | 'variant'
  | 'why'
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

/** What every job measures with. */
export interface Bench {
  readonly device: Device;
  readonly ceilings: Ceilings;
  readonly signal: AbortSignal;
}

/** Cases with more work than this run in the chosen variant only: the others would take minutes. */
const MAX_COMPARED_FLOPS = 2.5e10;

/**
 * Measures one case in every variant that can run it, in turns with the ceiling that limits it.
 * @returns one finding for each variant; none if the case has variants and `variant` is not among those that run here
 */
export async function measureCase(
  one: BenchCase,
  { device, ceilings, signal }: Bench,
  { variant, budgetMs }: { variant?: string; budgetMs: number },
): Promise<Finding[]> {
  const contestants = contestantsOf(one, device.target).filter(
    (contestant) => variant === undefined || one.entry === null || contestant.variant === variant,
  );
  if (contestants.length === 0) return [];
  const ceiling = ceilings[one.bound];
  const prepared: Prepared[] = [];
  try {
    for (const { recording, target } of contestants) {
      prepared.push(await prepare(device, recording, { target, signal }));
    }
    const [between, ...samples] = await inTurns([ceiling, ...prepared], { budgetMs, signal });
    const rate = ceiling.rateOf(between);
    const load = currentLoad();
    return contestants.map(({ variant, why, chosen }, i): Finding => {
      const timing = timingOf(prepared[i].coldMs, samples[i], clockOf(device));
      return {
        kind: 'kernel',
        kernel: one.kernel,
        shape: one.shape,
        variant,
        ...(why !== undefined && { why }),
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

/** One way to run a case. */
interface Contestant {
  readonly variant: string | null;
  readonly why?: string;
  /** Whether the engine runs the case this way. */
  readonly chosen: boolean;
  readonly recording: Recording;
  /** What makes the engine run it this way. */
  readonly target?: Partial<Target>;
}

/** The ways to run a case on a target, the engine's own first; others only where the case is small. Exported for tests. */
export function contestantsOf({ entry, build, textbook, flops }: BenchCase, target: Target): Contestant[] {
  const recording = recorded(build);
  const { variant = null, why, others = [] } = mainDispatch(recording, target);
  const own = { variant, ...(why !== undefined && { why }), chosen: true, recording };
  if (flops > MAX_COMPARED_FLOPS) return [own];
  const rivals = others
    .filter(({ reason }) => entry !== null && reason === undefined)
    .map(({ name }): Contestant => {
      const preference = { [entry!]: name } as Partial<Target>;
      const { variant = null, why } = mainDispatch(recording, { ...target, ...preference });
      return { variant, ...(why !== undefined && { why }), chosen: false, recording, target: preference };
    });
  return [own, ...rivals, ...(textbook ? [{ variant: 'textbook', chosen: false, recording: recorded(textbook) }] : [])];
}

/** The dispatch that does most of a graph's arithmetic, as a plan for the target runs it. */
function mainDispatch({ graph, y }: Recording, target: Target): Dispatch {
  const { steps } = lower(fuse(graph.nodes, new Set([y.root])), target);
  const dispatches = steps.filter((step): step is Dispatch => !isCopy(step));
  return dispatches.reduce((main, dispatch) => ((dispatch.flops ?? 0) > (main.flops ?? 0) ? dispatch : main));
}

/** Rates of a case, and their share of the ceiling that limits it. Exported for tests. */
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

/** Measures the wanted stages of a network, those of a group in turns. Loads nothing when no stage is wanted. */
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
      const [between, ...samples] = await inTurns(turns, { budgetMs: 0, minRounds: STAGE_ROUNDS, signal });
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

/** The runs of one stage. */
class StageRun {
  private coldMs = 0;
  private queries: number | undefined;
  /** Times of the last run's steps. */
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
      ...{ kind: 'stage', kernel: this.stage.kernel, shape: this.stage.shape, variant: null, chosen: true, ...timing },
      ...{ bound: 'compute', gflops, gigabytesPerSecond: null, ceiling, share: gflops / ceiling },
      kernels: sharesOf(this.steps),
      ...(this.queries !== undefined && { pointsPerSecond: (1000 * this.queries) / timing.wallMs }),
    };
  }
}

/** Each kernel's share of the time, largest first. Exported for tests. */
export function sharesOf(steps: readonly Pick<StepTime, 'kernel' | 'ms'>[]): Record<string, number> {
  const total = steps.reduce((sum, { ms }) => sum + ms, 0);
  const byKernel = new Map<string, number>();
  for (const { kernel, ms } of steps) byKernel.set(kernel, (byKernel.get(kernel) ?? 0) + ms / total);
  return Object.fromEntries(
    [...byKernel].sort((a, b) => b[1] - a[1]).map(([kernel, share]) => [kernel, Math.round(1e4 * share) / 1e4]),
  );
}
