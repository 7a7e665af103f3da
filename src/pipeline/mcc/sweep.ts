/**
 * The sweep finds the occupied points of a grid and their colors. It decodes one chunk of the grid after the other.
 * Occupied points are gathered and colored on the device, and only these are read.
 */
import { Canceled } from '../../graph/errors.ts';
import type { Plan } from '../../graph/plan.ts';
import type { Shared } from '../../graph/shared.ts';
import type { RunOptions } from '../../graph/run.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import { wordsIn } from '../../kernels/dtype.ts';
import { sweepDecoderLimit } from '../../kernels/sweepDecoder/sweepDecoder.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import { choose } from '../../kernels/variant.ts';
import { defaultThreshold, type MccConfig } from './config.ts';
import { DEFAULT_GRANULARITY, DEFAULT_TEMPERATURE } from '../defaults.ts';
import { PlanCache } from '../planCache.ts';
import type { CompleteOptions, Completion, GridPoints } from '../roles.ts';
import { colorGraph } from './graphs.ts';
import { gridOf, GridError, pointsOf, type Grid } from './grid.ts';
import { DECODER_MLP_RATIO, predictions } from './decoder.ts';
import { Pace } from './pace.ts';
import { sweepStrategies } from './strategies.ts';
import { sweepGraph } from './sweepGraph.ts';

export interface SweepOptions extends CompleteOptions {
  /** How the decoder runs; by default the strategy that the target prefers. */
  readonly strategy?: SweepStrategy;
  /** Points of a chunk. By default the size adapts to the speed of the device. */
  readonly chunk?: number;
}

/** The occupied points, and how the decoder ran. */
export interface SweepResult extends Completion {
  readonly strategy: SweepStrategy;
  /** Why the preferred strategy was not taken; absent if it was. */
  readonly why?: string;
}

/** The speed of a sweep so far. */
export interface SweepPace {
  /** Points queried per second. */
  readonly pointsPerSecond: number;
  readonly secondsLeft: number;
  /** Occupied points so far. */
  readonly found: number;
}

export interface SweepRunOptions extends Pick<RunOptions, 'signal' | 'onProfile'> {
  /** Gets the number of points queried so far, and of all points of the grid. */
  readonly onProgress?: (done: number, total: number, pace: SweepPace) => void;
  /** Gets the occupied points that were found since the last call. */
  readonly onPartial?: (found: GridPoints) => void;
  /** Gets the share of the weights that is uploaded, 0..1. Only the first use uploads. */
  readonly onUpload?: (done: number) => void;
}

/**
 * Submission budgets of one chunk on a software adapter: it has no GPU watchdog, and long dispatches cost it less
 * overhead.
 */
const SOFTWARE_BUDGETS = 5;
/** Submission budgets of one chunk of the layered strategy: it has many submissions, and still reports often enough. */
const LAYERED_BUDGETS = 10;

/** Points of the first chunk, before the speed of the device is known. */
const FIRST_CHUNK = { gpu: 4096, software: 256 } as const;
/** Fewer points would leave cores of a software adapter idle: a workgroup computes up to 128 points. */
const MIN_CHUNK = 256;
/** More points at once make the layered strategy no faster, and take more memory. */
const MAX_LAYERED_CHUNK = 8192;

/** Minimum rows of a plan for colors: fewer points are padded to this number. */
const MIN_COLORS = 64;

export class Sweep {
  /** Plans of chunks. It keeps one, because the memory of another size is not needed again. */
  private readonly chunks: PlanCache;
  private readonly colors: PlanCache;

  constructor(
    private readonly shared: Shared,
    private readonly config: MccConfig,
  ) {
    this.chunks = new PlanCache(shared, 1);
    this.colors = new PlanCache(shared, 4);
  }

  /** Compiles the plan of the first chunk and uploads its weights, so that a run starts at once. */
  async prepare(options: SweepOptions, onUpload?: (done: number) => void): Promise<void> {
    const { strategy } = this.strategyFor(options.strategy);
    const { size } = this.paceOf(strategy, options.chunk);
    await this.chunkPlan(this.gridFor(options), size, strategy, options, onUpload);
  }

  /**
   * Runs a sweep.
   * @param seen output of `encoderGraph`
   * @returns all occupied points; if the signal is aborted, those found so far
   * @throws GridError, ShapeError, WeightsError, LimitError, DeviceError
   */
  async run(seen: DeviceTensor, options: SweepOptions, run: SweepRunOptions): Promise<SweepResult> {
    const grid = this.gridFor(options);
    const { strategy, why } = this.strategyFor(options.strategy);
    const pace = this.paceOf(strategy, options.chunk);
    const parts: GridPoints[] = [];
    const started = performance.now();
    let done = 0;
    let found = 0;
    try {
      while (done < grid.total) {
        if (run.signal?.aborted) throw new Canceled('The sweep');
        const begun = performance.now();
        const part = await this.chunk(seen, grid, done, pace.size, strategy, options, run);
        done = Math.min(grid.total, done + pace.size);
        pace.learn(performance.now() - begun);
        if (part) {
          parts.push(part);
          found += part.indices.length;
          run.onPartial?.(part);
        }
        const seconds = (performance.now() - started) / 1000;
        const left = ((grid.total - done) * seconds) / done;
        run.onProgress?.(done, grid.total, { pointsPerSecond: done / seconds, secondsLeft: left, found });
      }
    } catch (error) {
      if (!(error instanceof Canceled)) throw error;
    }
    return {
      ...joined(parts),
      step: grid.step,
      queries: done,
      total: grid.total,
      strategy,
      ...(why !== undefined && { why }),
    };
  }

  /** Occupied points of one chunk: `count` points from `start` on. Undefined if there are none. */
  private async chunk(
    seen: DeviceTensor,
    grid: Grid,
    start: number,
    count: number,
    strategy: SweepStrategy,
    options: SweepOptions,
    { signal, onProfile, onUpload }: SweepRunOptions,
  ): Promise<GridPoints | undefined> {
    const plan = await this.chunkPlan(grid, count, strategy, options, onUpload);
    const result = await plan.run({ start: Uint32Array.of(start), seen }, { signal, onProfile });
    const [found] = await result.found.read();
    if (found === 0) return undefined;
    // Beyond the end of the grid, the last chunk repeats the last point.
    const inChunk = (await result.indices.read()).subarray(0, found).filter((i) => start + i < grid.total);
    const indices = Uint32Array.from(inChunk, (i) => start + i);
    const colors = await this.colorsOf(
      result.features,
      indices.length,
      options.temperature ?? DEFAULT_TEMPERATURE,
      signal,
    );
    const logits = (await result.logits.read()).slice(0, indices.length) as Float32Array;
    return { indices, xyz: pointsOf(grid, indices), logits, colors };
  }

  private gridFor({ granularity, gridBox }: SweepOptions): Grid {
    return gridOf(granularity ?? DEFAULT_GRANULARITY, gridBox ?? this.config.box);
  }

  private chunkPlan(
    grid: Grid,
    count: number,
    strategy: SweepStrategy,
    options: SweepOptions,
    onUpload?: (done: number) => void,
  ): Promise<Plan> {
    const threshold = options.threshold ?? this.config.threshold ?? defaultThreshold;
    const { config } = this;
    return this.chunks.get(sweepGraph, { config, grid, count, threshold, strategy }, { onUpload });
  }

  /** Colors [n, 3] of the first n rows of `features`. */
  private async colorsOf(
    features: DeviceTensor,
    n: number,
    temperature: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const rows = features.shape[0];
    const take = Math.min(rows, Math.max(MIN_COLORS, 2 ** Math.ceil(Math.log2(n))));
    const plan = await this.colors.get(colorGraph, { config: this.config, rows, take, temperature });
    const { color } = await plan.run({ features }, { signal });
    return (await color.read()).slice(0, 3 * n) as Float32Array;
  }

  /**
   * The wanted strategy, else the preferred one that runs on the target. If a wanted one cannot run, its kernel throws
   * LimitError.
   */
  private strategyFor(wanted: SweepStrategy | undefined): { strategy: SweepStrategy; why?: string } {
    if (wanted) return { strategy: wanted };
    const { variant, why } = choose('sweep', sweepStrategies, this.shared.device.target, this.config);
    return { strategy: variant.name, ...(why !== undefined && { why }) };
  }

  private paceOf(strategy: SweepStrategy, chunk: number | undefined): { size: number; learn(ms: number): void } {
    if (chunk !== undefined) {
      if (!Number.isInteger(chunk) || chunk < 1) {
        throw new GridError(`A chunk of ${chunk} points cannot be swept. Give a whole number of at least 1.`);
      }
      return { size: chunk, learn: () => undefined };
    }
    const { device } = this.shared;
    const { maxBindingBytes } = device.target;
    const C = this.config.decoderEmbed;
    const isGpu = device.adapterClass === 'gpu';
    const budgets = (isGpu ? 1 : SOFTWARE_BUDGETS) * (strategy === 'layered' ? LAYERED_BUDGETS : 1);
    const elements = wordsIn(maxBindingBytes);
    return new Pace({
      first: isGpu ? FIRST_CHUNK.gpu : FIRST_CHUNK.software,
      min: MIN_CHUNK,
      // All points of a chunk may be occupied, and their color logits must fit into one binding.
      max: Math.min(
        elements / predictions(this.config),
        strategy === 'layered'
          ? Math.min(MAX_LAYERED_CHUNK, elements / (DECODER_MLP_RATIO * C))
          : sweepDecoderLimit(maxBindingBytes, C),
      ),
      budgetMs: device.submissionMs * budgets,
    });
  }

  /** Frees the plans, not the weights. */
  async dispose(): Promise<void> {
    await this.chunks.dispose();
    await this.colors.dispose();
  }
}

/** The points of all chunks, in order. */
function joined(parts: readonly GridPoints[]): GridPoints {
  const n = parts.reduce((sum, p) => sum + p.indices.length, 0);
  const all = {
    xyz: new Float32Array(3 * n),
    colors: new Float32Array(3 * n),
    logits: new Float32Array(n),
    indices: new Uint32Array(n),
  };
  let at = 0;
  for (const { xyz, colors, logits, indices } of parts) {
    all.xyz.set(xyz, 3 * at);
    all.colors.set(colors, 3 * at);
    all.logits.set(logits, at);
    all.indices.set(indices, at);
    at += indices.length;
  }
  return all;
}
