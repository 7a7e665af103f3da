/**
 * The sweep: which points of a grid belong to the object, and in what color? A stretch of the grid at a time goes through
 * the decoder; the occupied points are gathered on the device, colored there, and only they are read.
 */
import { Canceled } from '../../graph/errors.ts';
import type { Shared } from '../../graph/shared.ts';
import type { RunOptions } from '../../graph/run.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import { wordsIn } from '../../kernels/dtype.ts';
import { sweepDecoderLimit } from '../../kernels/sweepDecoder/sweepDecoder.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import { choose } from '../../kernels/variant.ts';
import { defaultThreshold, type Box, type MccConfig } from '../../../weights/config.ts';
import { PlanCache } from '../planCache.ts';
import { colorGraph } from './graphs.ts';
import { gridOf, GridError, pointsOf, type Grid } from './grid.ts';
import { DECODER_MLP_RATIO, predictions } from './decoder.ts';
import { Pace } from './pace.ts';
import { sweepStrategies } from './strategies.ts';
import { sweepGraph } from './sweepGraph.ts';

export interface SweepOptions {
  /** Distance of grid points in the object's own frame; 0.05 by default. */
  readonly granularity?: number;
  /** Probability above which a point is occupied; the configuration's by default. */
  readonly threshold?: number;
  /** Of the softmax over colors; 0.1 by default. */
  readonly temperature?: number;
  /** Corners of the grid; the configuration's by default. */
  readonly gridBox?: Box;
  /** How the decoder runs; by default what the table of kernels says for the adapter. */
  readonly strategy?: SweepStrategy;
  /** Points at once, instead of a number that adapts to the device. */
  readonly stretch?: number;
}

/** Points of the grid that are occupied, in its order. */
export interface FoundPoints {
  /** [n, 3] in the object's own frame. */
  readonly xyz: Float32Array;
  /** [n, 3] in 0..1; not clamped where colors are regressed. */
  readonly colors: Float32Array;
  /** Occupancy logits [n]. */
  readonly logits: Float32Array;
  /** Places in the grid, x slowest and z fastest. */
  readonly indices: Uint32Array;
}

export interface SweepResult extends FoundPoints {
  /** Distance of neighboring grid points. */
  readonly step: number;
  /** Points asked: all of the grid, or fewer if the sweep was aborted. */
  readonly queries: number;
  readonly total: number;
  /** How the decoder ran. */
  readonly strategy: SweepStrategy;
  /** Why the strategy that the adapter prefers was not taken; absent when it was. */
  readonly why?: string;
}

export interface SweepPace {
  /** Points asked per second, so far. */
  readonly pointsPerSecond: number;
  readonly secondsLeft: number;
  /** Occupied points so far. */
  readonly found: number;
}

export interface SweepRunOptions extends Pick<RunOptions, 'signal' | 'onProfile'> {
  readonly onProgress?: (done: number, total: number, pace: SweepPace) => void;
  /** Gets the points that were found since it was called last. */
  readonly onPartial?: (found: FoundPoints) => void;
  /** Share of the weights uploaded, 0..1; only the first use uploads. */
  readonly onUpload?: (done: number) => void;
}

const GRANULARITY = 0.05;
const TEMPERATURE = 0.1;

/** Software adapters have no watchdog that a long dispatch could wake, and profit from longer ones. */
const SOFTWARE_PATIENCE = 5;
/** A stretch by layers is many submissions; this many budgets long, it still reports often enough. */
const LAYERED_PATIENCE = 10;

const FIRST = { gpu: 4096, software: 256 } as const;
/** Fewer would leave cores of a software adapter idle: a workgroup has 128. */
const LEAST = 256;

/** Of the layered strategy: more rows at once gain nothing, and take memory. */
const MOST_LAYERED = 8192;

/** Sizes of plans for colors: fewer points are filled up. */
const LEAST_COLORS = 64;

export class Sweep {
  /** A new size makes the old one's memory useless. */
  private readonly stretches: PlanCache;
  private readonly colors: PlanCache;

  constructor(
    private readonly shared: Shared,
    private readonly config: MccConfig,
  ) {
    this.stretches = new PlanCache(shared, 1);
    this.colors = new PlanCache(shared, 4);
  }

  /**
   * @param seen of `encoderGraph`
   * @returns all occupied points; those found so far when the signal is aborted
   * @throws GridError, ShapeError, WeightsError, LimitError, DeviceError
   */
  async run(seen: DeviceTensor, options: SweepOptions, run: SweepRunOptions): Promise<SweepResult> {
    const grid = gridOf(options.granularity ?? GRANULARITY, options.gridBox ?? this.config.box);
    const { strategy, why } = this.strategyFor(options.strategy);
    const pace = this.paceOf(strategy, options.stretch);
    const parts: FoundPoints[] = [];
    const started = performance.now();
    let done = 0;
    let found = 0;
    try {
      while (done < grid.total) {
        if (run.signal?.aborted) throw new Canceled('The sweep');
        const begun = performance.now();
        const part = await this.stretch(seen, grid, done, pace.size, strategy, options, run);
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

  /** Occupied points among `count` from `start` on; undefined if there are none. */
  private async stretch(
    seen: DeviceTensor,
    grid: Grid,
    start: number,
    count: number,
    strategy: SweepStrategy,
    options: SweepOptions,
    { signal, onProfile, onUpload }: SweepRunOptions,
  ): Promise<FoundPoints | undefined> {
    const threshold = options.threshold ?? this.config.threshold ?? defaultThreshold;
    const key = `${strategy} ${count} ${threshold} ${grid.counts.join(' ')} ${grid.axes[0]} ${grid.step}`;
    const plan = await this.stretches.get(key, () => sweepGraph(this.config, { grid, count, threshold, strategy }), {
      onUpload,
    });
    const result = await plan.run({ start: Uint32Array.of(start), seen }, { signal, onProfile });
    const [all] = await result.found.read();
    if (all === 0) return undefined;
    // The last stretch repeats the grid's last point beyond its end.
    const places = (await result.indices.read()).subarray(0, all).filter((i) => start + i < grid.total);
    const indices = Uint32Array.from(places, (i) => start + i);
    const colors = await this.colorsOf(result.features, indices.length, options.temperature ?? TEMPERATURE, signal);
    const logits = (await result.logits.read()).slice(0, indices.length) as Float32Array;
    return { indices, xyz: pointsOf(grid, indices), logits, colors };
  }

  /** Colors [n, 3] of the first n rows of `features`. */
  private async colorsOf(
    features: DeviceTensor,
    n: number,
    temperature: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const rows = features.shape[0];
    const take = Math.min(rows, Math.max(LEAST_COLORS, 2 ** Math.ceil(Math.log2(n))));
    const plan = await this.colors.get(`${rows} ${take} ${temperature}`, () =>
      colorGraph(this.config, rows, take, temperature),
    );
    const { color } = await plan.run({ features }, { signal });
    return (await color.read()).slice(0, 3 * n) as Float32Array;
  }

  /** @throws LimitError from the kernel if a strategy is asked for that cannot run */
  private strategyFor(wanted: SweepStrategy | undefined): { strategy: SweepStrategy; why?: string } {
    if (wanted) return { strategy: wanted };
    const { variant, why } = choose('sweep', sweepStrategies, this.shared.device.target, this.config);
    return { strategy: variant.name, ...(why !== undefined && { why }) };
  }

  private paceOf(strategy: SweepStrategy, stretch: number | undefined): { size: number; learn(ms: number): void } {
    if (stretch !== undefined) {
      if (!Number.isInteger(stretch) || stretch < 1) {
        throw new GridError(`A stretch of ${stretch} points cannot be swept. Give a whole number of at least 1.`);
      }
      return { size: stretch, learn: () => undefined };
    }
    const { device } = this.shared;
    const { maxBindingBytes } = device.target;
    const C = this.config.decoderEmbed;
    const isGpu = device.adapterClass === 'gpu';
    const patience = (isGpu ? 1 : SOFTWARE_PATIENCE) * (strategy === 'layered' ? LAYERED_PATIENCE : 1);
    const elements = wordsIn(maxBindingBytes);
    return new Pace({
      first: isGpu ? FIRST.gpu : FIRST.software,
      least: LEAST,
      // All points of a stretch may be occupied, and their color logits are one binding.
      most: Math.min(
        elements / predictions(this.config),
        strategy === 'layered'
          ? Math.min(MOST_LAYERED, elements / (DECODER_MLP_RATIO * C))
          : sweepDecoderLimit(maxBindingBytes, C),
      ),
      budgetMs: device.submissionMs * patience,
    });
  }

  /** Frees the plans, not the weights. */
  async dispose(): Promise<void> {
    await this.stretches.dispose();
    await this.colors.dispose();
  }
}

function joined(parts: readonly FoundPoints[]): FoundPoints {
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
