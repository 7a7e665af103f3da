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
import type { GridPoints, SweptField } from '../roles.ts';
import type { MccConfig } from './config.ts';
import { ExpectedQueries } from './expectedQueries.ts';
import { pointCount, type Grid } from './grid.ts';
import { addPoints, coarseLattice, pointsIn, pointsOutside, wordsOfBits } from './lattice.ts';
import { listGraph, nextGraph } from './listGraphs.ts';
import type { ChunkAnswer, ChunkResults, OccupiedReader } from './occupiedReader.ts';
import { MIN_CHUNK, type ChunkSize } from './pace.ts';
import { inGridOrder, SweepLog, type SweepRunOptions } from './sweepLog.ts';

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

export interface Swept {
  /** In the order of the grid. */
  readonly points: GridPoints;
  readonly field: SweptField;
  /** Points queried. */
  readonly queries: number;
  /** Whether it was stopped before it was done. */
  readonly partial: boolean;
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
   * @returns those found so far when the signal is aborted
   * @throws ShapeError, WeightsError, LimitError, DeviceError
   */
  async run(seen: DeviceTensor, request: SweepRequest, pace: ChunkSize, run: SweepRunOptions): Promise<Swept> {
    const { grid, isFull } = request;
    const log = new SweepLog(grid, run);
    const lattice = (isFull && grid.inside) || coarseLattice(grid);
    const expected = new ExpectedQueries({ total: pointCount(grid), step: grid.step }, lattice.length);
    const occupied = new Uint32Array(wordsOfBits(grid.total));
    // What does not belong to the grid is never queried, as if it had been already.
    const queried = pointsOutside(grid);
    let partial = false;
    try {
      for (let list = lattice; list.length > 0;) {
        addPoints(queried, list);
        expected.begin(list.length);
        await this.query(list, seen, request, pace, occupied, expected, log, run);
        list = await this.next(grid, occupied, queried, run.signal);
      }
      log.end();
    } catch (error) {
      if (!(error instanceof Canceled)) throw error;
      partial = true;
    }
    return { points: inGridOrder(log.joined()), field: log.field(), queries: log.done, partial };
  }

  /** The points to query next, in the order of the grid. */
  private async next(
    { counts }: Grid,
    occupied: Uint32Array,
    queried: Uint32Array,
    signal: AbortSignal | undefined,
  ): Promise<Uint32Array> {
    const plan = await this.choices.get(nextGraph, { counts });
    const { next } = await plan.run({ occupied, queried }, { signal });
    return pointsIn((await next.read()) as Uint32Array);
  }

  /** Queries a list of points, chunk by chunk, and adds those that are occupied to `occupied`. */
  private async query(
    list: Uint32Array,
    seen: DeviceTensor,
    request: SweepRequest,
    pace: ChunkSize,
    occupied: Uint32Array,
    expected: ExpectedQueries,
    log: SweepLog,
    run: SweepRunOptions,
  ): Promise<void> {
    for (let start = 0; start < list.length;) {
      if (run.signal?.aborted) throw new Canceled('The sweep');
      const { size } = pace;
      const part = list.subarray(start, start + size);
      const begun = performance.now();
      const answer = await this.chunk(part, filledSize(part.length, size), seen, request, run);
      // Only a full chunk says how fast full chunks are.
      if (part.length === size) pace.learn(performance.now() - begun);
      const found = log.add(part, answer, expected.take(part.length, answer.occupied?.places.length ?? 0));
      if (found) addPoints(occupied, found.indices);
      start += part.length;
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
