/**
 * The sweep finds the occupied points of a grid and their colors: from coarse to fine, or in the order of the grid, which is
 * here. It decodes one chunk after the other. Occupied points are gathered and colored on the device.
 */
import { Canceled } from '../../graph/errors.ts';
import type { Plan } from '../../graph/plan.ts';
import type { Shared } from '../../graph/shared.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import { wordsIn } from '../../kernels/dtype.ts';
import { sweepDecoderLimit } from '../../kernels/sweepDecoder/sweepDecoder.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import { choose } from '../../kernels/variant.ts';
import { defaultThreshold, type MccConfig } from './config.ts';
import { DEFAULT_SWEEP, DEFAULT_TEMPERATURE } from '../defaults.ts';
import { PlanCache } from '../planCache.ts';
import type { CompleteOptions, Completion } from '../roles.ts';
import { CoarseToFine, type SweepRequest } from './coarseToFine.ts';
import { gridFor, GridError } from './grid.ts';
import { DECODER_MLP_RATIO, predictions } from './decoder.ts';
import { OccupiedReader, type ChunkAnswer, type ChunkResults } from './occupiedReader.ts';
import { MIN_CHUNK, Pace, type ChunkSize } from './pace.ts';
import { sweepStrategies } from './strategies.ts';
import { fittingChunk } from './sweepMemory.ts';
import { sweepGraph } from './sweepGraph.ts';
import { SweepLog, type SweepRunOptions } from './sweepLog.ts';

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

/**
 * Submission budgets of one chunk on a software adapter: it has no GPU watchdog, and long dispatches cost it less
 * overhead.
 */
const SOFTWARE_BUDGETS = 5;
/** Submission budgets of one chunk of the layered strategy: it has many submissions, and still reports often enough. */
const LAYERED_BUDGETS = 10;

/** Points of the first chunk, before the speed of the device is known. */
const FIRST_CHUNK = { gpu: 4096, software: 256 } as const;
/** More points at once make the layered strategy no faster, and take more memory. */
const MAX_LAYERED_CHUNK = 8192;

/** Whether points are queried in lists: not all of the grid's indices are. */
const isInLists = ({ isFull, grid }: SweepRequest): boolean => !isFull || grid.inside !== undefined;

export class Sweep {
  /** Plans of chunks. It keeps one, because the memory of another size is not needed again. */
  private readonly chunks: PlanCache;
  private readonly occupiedReader: OccupiedReader;
  private readonly coarseToFine: CoarseToFine;

  constructor(
    private readonly shared: Shared,
    private readonly config: MccConfig,
  ) {
    this.chunks = new PlanCache(shared, 1);
    this.occupiedReader = new OccupiedReader(shared, config);
    this.coarseToFine = new CoarseToFine(shared, config, this.occupiedReader);
  }

  /** Builds the pipelines that a sweep needs. @throws as `run` */
  async buildAhead(options: SweepOptions): Promise<void> {
    const { request } = this.requestOf(options);
    const { size } = this.paceOf(request.strategy, options.chunk);
    const { config } = this;
    const { precision } = this.shared.device.target;
    const { grid, threshold, strategy, temperature } = request;
    if (isInLists(request)) await this.coarseToFine.buildAhead(request, size);
    else await this.chunks.buildAhead(sweepGraph, { config, precision, grid, count: size, threshold, strategy });
    await this.occupiedReader.buildAhead(size, temperature);
  }

  /** Compiles the plan of the first chunk and uploads its weights, so that a run starts at once. */
  async prepare(options: SweepOptions, onUpload?: (done: number) => void): Promise<void> {
    const { request } = this.requestOf(options);
    const { size } = this.paceOf(request.strategy, options.chunk);
    if (isInLists(request)) await this.coarseToFine.prepare(request, size, onUpload);
    else await this.chunkPlan(request, size, onUpload);
  }

  /**
   * Runs a sweep.
   * @param seen output of `encoderGraph`
   * @returns all occupied points; if the signal is aborted, those found so far
   * @throws GridError, ShapeError, WeightsError, LimitError, DeviceError
   */
  async run(seen: DeviceTensor, options: SweepOptions, run: SweepRunOptions): Promise<SweepResult> {
    const { request, why } = this.requestOf(options);
    const pace = this.paceOf(request.strategy, options.chunk);
    const completion = isInLists(request)
      ? await this.coarseToFine.run(seen, request, pace, run)
      : await this.wholeGrid(seen, request, pace, run);
    return { ...completion, strategy: request.strategy, ...(why !== undefined && { why }) };
  }

  /** Queries all points, in the order of the grid. */
  private async wholeGrid(
    seen: DeviceTensor,
    request: SweepRequest,
    pace: ChunkSize,
    run: SweepRunOptions,
  ): Promise<Completion> {
    const { total } = request.grid;
    const { memory = {} } = run;
    const log = memory.soFar instanceof SweepLog ? memory.soFar : new SweepLog(request.grid, run);
    memory.soFar = log;
    try {
      while (log.queries < total) {
        if (run.signal?.aborted) throw new Canceled('The sweep');
        const begun = performance.now();
        const { size } = pace;
        const start = log.queries;
        const answer = await this.chunk(seen, request, start, size, run);
        pace.learn(performance.now() - begun);
        log.add(
          new Uint32Array(answer.logits.length).map((_, i) => start + i),
          answer,
          total,
        );
      }
      return log.completion(false);
    } catch (error) {
      if (!(error instanceof Canceled)) throw error;
      return log.completion();
    }
  }

  /** Queries `count` points from `start` on, as far as there are so many. */
  private async chunk(
    seen: DeviceTensor,
    request: SweepRequest,
    start: number,
    count: number,
    { signal, onProfile, onUpload }: SweepRunOptions,
  ): Promise<ChunkAnswer> {
    const { grid, temperature } = request;
    const plan = await this.chunkPlan(request, count, onUpload);
    const results = (await plan.run({ start: Uint32Array.of(start), seen }, { signal, onProfile })) as ChunkResults;
    // The last chunk repeats the grid's last point beyond its end.
    return this.occupiedReader.read(results, grid.total - start, temperature, signal);
  }

  /** The options with the defaults of weights and adapter. */
  private requestOf(options: SweepOptions): { request: SweepRequest; why?: string } {
    const { strategy, why } = this.strategyFor(options.strategy);
    const request = {
      grid: gridFor(this.config, options),
      isFull: (options.sweep ?? DEFAULT_SWEEP) === 'full',
      strategy,
      threshold: options.threshold ?? this.config.threshold ?? defaultThreshold,
      temperature: options.temperature ?? DEFAULT_TEMPERATURE,
    };
    return { request, why };
  }

  private chunkPlan(
    { grid, threshold, strategy }: SweepRequest,
    count: number,
    onUpload?: (done: number) => void,
  ): Promise<Plan> {
    const { config } = this;
    const { precision } = this.shared.device.target;
    return this.chunks.get(sweepGraph, { config, precision, grid, count, threshold, strategy }, { onUpload });
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

  private paceOf(strategy: SweepStrategy, chunk: number | undefined): ChunkSize {
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
    // All points of a chunk may be occupied, and their color logits must fit into one binding.
    const bindable = Math.min(
      elements / predictions(this.config),
      strategy === 'layered'
        ? Math.min(MAX_LAYERED_CHUNK, elements / (DECODER_MLP_RATIO * C))
        : sweepDecoderLimit(maxBindingBytes, C),
    );
    return new Pace({
      first: isGpu ? FIRST_CHUNK.gpu : FIRST_CHUNK.software,
      min: MIN_CHUNK,
      max: device.memory.isBounded ? fittingChunk(device, this.config, strategy, bindable) : bindable,
      get budgetMs() {
        return device.submissionMs * budgets;
      },
    });
  }

  /** Frees the plans, not the weights. */
  async dispose(): Promise<void> {
    await this.chunks.dispose();
    await this.coarseToFine.dispose();
    await this.occupiedReader.dispose();
  }
}
