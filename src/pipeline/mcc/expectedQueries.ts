/** How many points a sweep from coarse to fine will query. Nobody knows before its end, so progress is of what is expected. */

/** Share of a grid that is occupied, while nothing is known of the object. */
const USUAL_SHARE = 0.08;
/** Points that are queried for each occupied one: itself, and its part of the margin around the object. */
const QUERIES_PER_OCCUPIED = 1.35;
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
   * @param total points of the grid
   * @param latticeSize points of the coarse lattice, which is the first list
   */
  constructor(
    private readonly total: number,
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
    const { total, list, lattice } = this;
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
    const { total, latticeSize, lattice } = this;
    const unknown = 1 - lattice.done / latticeSize;
    const occupied = (lattice.occupied / latticeSize + USUAL_SHARE * unknown) * total;
    return latticeSize + QUERIES_PER_OCCUPIED * (1 - latticeSize / total) * occupied;
  }
}
