/** How many points a sweep from coarse to fine will query. Nobody knows before its end, so progress is of what is expected. */

import type { Grid } from './grid.ts';
import { REACH } from './listGraphs.ts';

/** Share of a grid that is occupied, while nothing is known of the object. */
const USUAL_SHARE = 0.05;
/**
 * Thickness of what is occupied, in the object's own frame: a shell around the surface. A margin is queried on both of
 * its sides.
 */
const THICKNESS = 0.2;
/** What follows a list that exceeds all expectations, as a share of that list: lists get shorter and shorter. */
const AFTER_A_LIST = 0.5;

export class ExpectedQueries {
  /** Points queried so far. */
  private done = 0;
  /** Points of the current list, and those of them that are still to be queried. */
  private list = { points: 0, left: 0 };
  /** Points of the lattice that are queried, and those of them that are occupied. */
  private readonly lattice = { done: 0, occupied: 0 };
  /** The share done that was told last. */
  private share = 0;

  /**
   * @param latticeSize points of the coarse lattice, which is the first list
   */
  constructor(
    private readonly grid: Pick<Grid, 'total' | 'step'>,
    private readonly latticeSize: number,
  ) {}

  /** A list of points will be queried next. */
  begin(points: number): void {
    this.list = { points, left: points };
  }

  /**
   * Takes a chunk of the list.
   * @param occupied how many of its points are occupied
   * @returns all points that will be queried, as expected now: more than are done, unless the whole grid is done. The share
   *   that is done of it never falls, so that a bar does not run backwards.
   */
  take(points: number, occupied: number): number {
    const { list, lattice } = this;
    const { total } = this.grid;
    this.done += points;
    list.left -= points;
    if (lattice.done < this.latticeSize) {
      lattice.done += points;
      lattice.occupied += occupied;
    }
    const known = this.done + list.left;
    const expected = Math.max(this.estimate(), known + AFTER_A_LIST * list.points);
    const limit = this.share > 0 ? this.done / this.share : total;
    const told = Math.min(total, Math.max(this.done + 1, Math.floor(Math.min(expected, limit))));
    this.share = this.done / told;
    return told;
  }

  /** From the share of the lattice that is occupied; as far as it is not queried yet, from the usual share. */
  private estimate(): number {
    const { latticeSize, lattice } = this;
    const { total, step } = this.grid;
    const unknown = 1 - lattice.done / latticeSize;
    const occupied = (lattice.occupied / latticeSize + USUAL_SHARE * unknown) * total;
    const withMargin = (1 + (2 * REACH * step) / THICKNESS) * occupied;
    return latticeSize + (1 - latticeSize / total) * withMargin;
  }
}
