/** What a sweep from coarse to fine has found, and what it will query next. It is on the host, so it outlives the device. */
import { ExpectedQueries } from './expectedQueries.ts';
import { pointCount, type Grid } from './grid.ts';
import { addPoints, coarseLattice, pointsOutside, wordsOfBits } from './lattice.ts';
import type { ChunkAnswer } from './occupiedReader.ts';
import { SweepLog, type SweepRunOptions } from './sweepLog.ts';

export class Refinement extends SweepLog {
  /** Bits of the points that are queried or on the list. */
  readonly queried: Uint32Array;
  /** Bits of the points that are occupied. */
  readonly occupied: Uint32Array;
  private readonly expected: ExpectedQueries;
  private list: Uint32Array;
  /** Points of the list that are queried. */
  private at = 0;

  /** @param isFull whether all points of the grid are queried */
  constructor(grid: Grid, isFull: boolean, run: Pick<SweepRunOptions, 'onProgress' | 'onPartial'>) {
    super(grid, run);
    this.occupied = new Uint32Array(wordsOfBits(grid.total));
    // What does not belong to the grid is never queried, as if it had been already.
    this.queried = pointsOutside(grid);
    const lattice = (isFull && grid.inside) || coarseLattice(grid);
    this.expected = new ExpectedQueries({ total: pointCount(grid), step: grid.step }, lattice.length);
    this.list = lattice;
    this.begin(lattice);
  }

  /** A list of points will be queried next, in the order of the grid. */
  begin(list: Uint32Array): void {
    this.list = list;
    this.at = 0;
    addPoints(this.queried, list);
    this.expected.begin(list.length);
  }

  /** Whether a list was begun that has points. */
  get hasList(): boolean {
    return this.list.length > 0;
  }

  /** Up to `count` points of the list that are not queried yet; none when all are. */
  next(count: number): Uint32Array {
    return this.list.subarray(this.at, this.at + count);
  }

  /** Takes the answer for the points of `next`. */
  take(points: Uint32Array, answer: ChunkAnswer): void {
    const places = answer.occupied?.places ?? new Uint32Array();
    this.at += points.length;
    addPoints(
      this.occupied,
      places.map((place) => points[place]),
    );
    this.add(points, answer, this.expected.take(points.length, places.length));
  }
}
