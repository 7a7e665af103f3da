/** What a sweep from coarse to fine has found, and what it will query next. It is on the host, so it outlives the device. */
import { ExpectedQueries } from './expectedQueries.ts';
import type { Grid } from './grid.ts';
import { addPoints, coarseLattice, wordsOfBits } from './lattice.ts';
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

  constructor(grid: Grid, run: Pick<SweepRunOptions, 'onProgress' | 'onPartial'>) {
    super(grid, run);
    const words = wordsOfBits(grid.total);
    [this.queried, this.occupied] = [new Uint32Array(words), new Uint32Array(words)];
    const lattice = coarseLattice(grid);
    this.expected = new ExpectedQueries(grid, lattice.length);
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
