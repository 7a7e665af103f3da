/**
 * A sweep from coarse to fine: a coarse lattice of the grid first, then the points near occupied ones, again and again
 * until none is left. What is occupied and hangs together is found as a whole once a point of the lattice hits it; what
 * none hits is missed. A point that is queried gets the same bits as in a sweep of the whole grid.
 */
import { Canceled } from '../../graph/errors.ts';
import type { Shared } from '../../graph/shared.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import { PlanCache } from '../planCache.ts';
import type { Completion } from '../roles.ts';
import type { MccConfig } from './config.ts';
import type { Grid } from './grid.ts';
import { pointsIn } from './lattice.ts';
import { listGraph, nextGraph } from './listGraphs.ts';
import type { ChunkAnswer, ChunkResults, OccupiedReader } from './occupiedReader.ts';
import { MIN_CHUNK, type ChunkSize } from './pace.ts';
import { Refinement } from './refinement.ts';
import type { SweepRunOptions } from './sweepLog.ts';

/** Options of a sweep with all defaults filled in. */
export interface SweepRequest {
  readonly grid: Grid;
  /** Whether all points of the grid are queried. */
  readonly isFull: boolean;
  readonly strategy: SweepStrategy;
  /** Probability above which a point is occupied. */
  readonly threshold: number;
  /** Of the softmax over colors. */
  readonly temperature: number;
}

export class CoarseToFine {
  /** A list ends with a shorter chunk, and lists of several lengths follow one another. */
  private readonly chunks: PlanCache;
  private readonly choices: PlanCache;

  constructor(
    private readonly shared: Shared,
    private readonly config: MccConfig,
    private readonly occupiedReader: OccupiedReader,
  ) {
    this.chunks = new PlanCache(shared, shared.device.memory.isBounded ? 1 : 3);
    this.choices = new PlanCache(shared, 1);
  }

  /** Builds the pipelines of the first chunk, and of the choice of points. @throws as `run` */
  async buildAhead(request: SweepRequest, count: number): Promise<void> {
    await this.chunks.buildAhead(listGraph, this.chunkOf(request, count));
    await this.choices.buildAhead(nextGraph, { counts: request.grid.counts });
  }

  /** Makes the plan of the first chunk and uploads the weights, so that a run starts at once. */
  async prepare(request: SweepRequest, count: number, onUpload?: (done: number) => void): Promise<void> {
    await this.chunks.get(listGraph, this.chunkOf(request, count), { onUpload });
  }

  /**
   * @param seen of `encoderGraph`
   * @returns what was found until the signal is aborted
   * @throws ShapeError, WeightsError, LimitError, DeviceError; the next run with the same memory then goes on
   */
  async run(seen: DeviceTensor, request: SweepRequest, pace: ChunkSize, run: SweepRunOptions): Promise<Completion> {
    const { memory = {} } = run;
    const { grid, isFull } = request;
    const found = memory.soFar instanceof Refinement ? memory.soFar : new Refinement(grid, isFull, run);
    memory.soFar = found;
    try {
      while (found.hasList) {
        await this.query(found, seen, request, pace, run);
        found.begin(await this.choose(found, request.grid, run.signal));
      }
      found.end();
      return found.completion(false);
    } catch (error) {
      if (!(error instanceof Canceled)) throw error;
      return found.completion();
    }
  }

  /** The points to query next, in the order of the grid. */
  private async choose(
    { occupied, queried }: Refinement,
    { counts }: Grid,
    signal: AbortSignal | undefined,
  ): Promise<Uint32Array> {
    const plan = await this.choices.get(nextGraph, { counts });
    const { next } = await plan.run({ occupied, queried }, { signal });
    return pointsIn((await next.read()) as Uint32Array);
  }

  /** Queries the points of the list, chunk by chunk. */
  private async query(
    found: Refinement,
    seen: DeviceTensor,
    request: SweepRequest,
    pace: ChunkSize,
    run: SweepRunOptions,
  ): Promise<void> {
    for (;;) {
      const { size } = pace;
      const part = found.next(size);
      if (part.length === 0) return;
      if (run.signal?.aborted) throw new Canceled('The sweep');
      const begun = performance.now();
      const answer = await this.chunk(part, filledSize(part.length, size), seen, request, run);
      // Only a full chunk says how fast full chunks are.
      if (part.length === size) pace.learn(performance.now() - begun);
      found.take(part, answer);
    }
  }

  /** Queries some points in a chunk of `count`. */
  private async chunk(
    points: Uint32Array,
    count: number,
    seen: DeviceTensor,
    request: SweepRequest,
    { signal, onProfile, onUpload }: SweepRunOptions,
  ): Promise<ChunkAnswer> {
    const plan = await this.chunks.get(listGraph, this.chunkOf(request, count), { onUpload });
    const filled = new Uint32Array(count).fill(points[points.length - 1]);
    filled.set(points);
    const results = (await plan.run({ indices: filled, seen }, { signal, onProfile })) as ChunkResults;
    return this.occupiedReader.read(results, points.length, request.temperature, signal);
  }

  private chunkOf({ grid: { counts, axes }, threshold, strategy }: SweepRequest, count: number) {
    const { precision } = this.shared.device.target;
    return { config: this.config, precision, grid: { counts, axes }, count, threshold, strategy };
  }

  /** Frees the plans, not the weights. */
  async dispose(): Promise<void> {
    await this.chunks.dispose();
    await this.choices.dispose();
  }
}

/** Size of the chunk for `points`, at most `size`. Where they are fewer it is a power of two, so that there are few plans. */
const filledSize = (points: number, size: number): number =>
  points === size ? size : Math.min(size, Math.max(MIN_CHUNK, 2 ** Math.ceil(Math.log2(points))));
