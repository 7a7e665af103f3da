/** What a sweep has found so far, and what it tells whoever watches. */
import type { RunOptions } from '../../graph/run.ts';
import type { Completion, GridPoints, SweepMemory, SweepSoFar } from '../roles.ts';
import { pointCount, pointsOf, type Grid } from './grid.ts';
import type { ChunkAnswer } from './occupiedReader.ts';

export interface SweepPace {
  /** Points queried per second, so far. */
  readonly pointsPerSecond: number;
  readonly secondsLeft: number;
  /** Occupied points so far. */
  readonly found: number;
}

export interface SweepRunOptions extends Pick<RunOptions, 'signal' | 'onProfile'> {
  /**
   * Points queried, of those that will be. From coarse to fine the second number is an estimate until the end; the share
   * that is done never falls.
   */
  readonly onProgress?: (done: number, total: number, pace: SweepPace) => void;
  /** Gets the points that were found since it was called last. */
  readonly onPartial?: (found: GridPoints) => void;
  /** Share of the weights uploaded, 0..1; only the first use uploads. */
  readonly onUpload?: (done: number) => void;
  /** From here the sweep goes on, and here it keeps what it finds. */
  readonly memory?: SweepMemory;
}

export class SweepLog implements SweepSoFar {
  /** Points queried so far. */
  queries = 0;
  private readonly logits: Float32Array;
  private readonly parts: GridPoints[] = [];
  private readonly started = performance.now();
  private found = 0;
  /** The total that was told last. */
  private told = 0;

  constructor(
    private readonly grid: Grid,
    private readonly run: Pick<SweepRunOptions, 'onProgress' | 'onPartial'>,
  ) {
    this.logits = new Float32Array(grid.total).fill(NaN);
  }

  /**
   * Takes what a chunk gave.
   * @param indices of its points in the grid
   * @param total points that will be queried, those of this chunk and of earlier ones among them
   */
  add(indices: Uint32Array, { logits, occupied }: ChunkAnswer, total: number): void {
    this.queries += indices.length;
    for (let i = 0; i < indices.length; i++) this.logits[indices[i]] = logits[i];
    const part =
      occupied &&
      this.pointsAt(
        occupied.places.map((place) => indices[place]),
        occupied.colors,
      );
    if (part) {
      this.parts.push(part);
      this.found += part.indices.length;
      this.run.onPartial?.(part);
    }
    this.tell(total);
  }

  /** There is nothing left to query: the end is told, if it was not known before. */
  end(): void {
    if (this.told !== this.queries) this.tell(this.queries);
  }

  /** What was found, in the order of the grid. @param partial whether the sweep ended before it was done */
  completion(partial = true): Completion {
    const { counts, axes, step } = this.grid;
    // The axes are copied, because a caller may transfer them to a worker.
    const field = { counts, axes: axes.slice(), logits: this.logits };
    return { ...inGridOrder(this.joined()), field, step, queries: this.queries, total: pointCount(this.grid), partial };
  }

  /** All points found, in the order in which they were found. */
  private joined(): GridPoints {
    const all = emptyPoints(this.found);
    let at = 0;
    for (const { xyz, colors, logits, indices } of this.parts) {
      all.xyz.set(xyz, 3 * at);
      all.colors.set(colors, 3 * at);
      all.logits.set(logits, at);
      all.indices.set(indices, at);
      at += indices.length;
    }
    return all;
  }

  private tell(total: number): void {
    this.told = total;
    const seconds = (performance.now() - this.started) / 1000;
    this.run.onProgress?.(this.queries, total, {
      pointsPerSecond: this.queries / seconds,
      secondsLeft: ((total - this.queries) * seconds) / this.queries,
      found: this.found,
    });
  }

  private pointsAt(indices: Uint32Array, colors: Float32Array): GridPoints {
    const logits = Float32Array.from(indices, (i) => this.logits[i]);
    return { indices, xyz: pointsOf(this.grid, indices), logits, colors };
  }
}

/** The same points in the order of the grid. */
function inGridOrder(points: GridPoints): GridPoints {
  const order = Uint32Array.from(points.indices.keys()).sort((a, b) => points.indices[a] - points.indices[b]);
  const sorted = emptyPoints(order.length);
  order.forEach((from, to) => {
    sorted.indices[to] = points.indices[from];
    sorted.logits[to] = points.logits[from];
    sorted.xyz.set(points.xyz.subarray(3 * from, 3 * from + 3), 3 * to);
    sorted.colors.set(points.colors.subarray(3 * from, 3 * from + 3), 3 * to);
  });
  return sorted;
}

const emptyPoints = (n: number) => ({
  xyz: new Float32Array(3 * n),
  colors: new Float32Array(3 * n),
  logits: new Float32Array(n),
  indices: new Uint32Array(n),
});
