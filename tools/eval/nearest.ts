/** Nearest neighbors within a distance, by a hash of cubic cells as wide as that distance. */

export interface Neighbors {
  /** For each point the nearest target; -1 where none is near enough. Of equally near ones the first. */
  readonly index: Int32Array;
  /** How far it is; Infinity where there is none. */
  readonly distance: Float64Array;
}

/**
 * The nearest target of each point, among those closer than `radius`.
 * @param points [n, 3]
 * @param targets [m, 3]
 * @param radius the same unit; not reached itself
 */
export function nearestWithin(points: Float32Array, targets: Float32Array, radius: number): Neighbors {
  const cells = new CellTable(targets, radius);
  const index = new Int32Array(points.length / 3);
  const distance = new Float64Array(points.length / 3);
  for (let p = 0; p < index.length; p++) {
    const found = cells.nearest(points[3 * p], points[3 * p + 1], points[3 * p + 2]);
    index[p] = found.index;
    distance[p] = Math.sqrt(found.square);
  }
  return { index, distance };
}

/** Points sorted by the slot of their cell. Cells that share a slot cost time and change nothing: distances decide. */
class CellTable {
  private readonly slots: number;
  /** Where each slot begins in `order`; one more entry than there are slots. */
  private readonly begins: Uint32Array;
  private readonly order: Uint32Array;

  /** @param width of a cell; what is closer than this lies in the same cell or in one next to it */
  constructor(
    private readonly xyz: Float32Array,
    private readonly width: number,
  ) {
    const count = xyz.length / 3;
    this.slots = 2 ** Math.ceil(Math.log2(2 * count + 1));
    const slotOfPoint = Uint32Array.from({ length: count }, (_, i) =>
      this.slotOf(this.cellOf(xyz[3 * i]), this.cellOf(xyz[3 * i + 1]), this.cellOf(xyz[3 * i + 2])),
    );
    this.begins = new Uint32Array(this.slots + 1);
    for (const slot of slotOfPoint) this.begins[slot + 1]++;
    for (let slot = 0; slot < this.slots; slot++) this.begins[slot + 1] += this.begins[slot];
    const next = this.begins.slice();
    this.order = new Uint32Array(count);
    slotOfPoint.forEach((slot, i) => (this.order[next[slot]++] = i));
  }

  /** The nearest point closer than the width of a cell, and the square of its distance; -1 and Infinity without one. */
  nearest(x: number, y: number, z: number): { index: number; square: number } {
    const { xyz, begins, order } = this;
    const limit = this.width * this.width;
    const [cx, cy, cz] = [this.cellOf(x), this.cellOf(y), this.cellOf(z)];
    let [index, square] = [-1, Infinity];
    for (let neighbor = 0; neighbor < 27; neighbor++) {
      const [dx, dy, dz] = [(neighbor % 3) - 1, (Math.floor(neighbor / 3) % 3) - 1, Math.floor(neighbor / 9) - 1];
      const slot = this.slotOf(cx + dx, cy + dy, cz + dz);
      for (let at = begins[slot]; at < begins[slot + 1]; at++) {
        const i = order[at];
        const found = (xyz[3 * i] - x) ** 2 + (xyz[3 * i + 1] - y) ** 2 + (xyz[3 * i + 2] - z) ** 2;
        if (found < limit && (found < square || (found === square && i < index))) [index, square] = [i, found];
      }
    }
    return { index, square };
  }

  private cellOf(coordinate: number): number {
    return Math.floor(coordinate / this.width);
  }

  /** Large odd factors, mixed: cells in a row along any axis go to slots far apart. */
  private slotOf(cx: number, cy: number, cz: number): number {
    const mixed = Math.imul(cx, 0x9e3779b1) ^ Math.imul(cy, 0x85ebca6b) ^ Math.imul(cz, 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 15)) & (this.slots - 1)) >>> 0;
  }
}
