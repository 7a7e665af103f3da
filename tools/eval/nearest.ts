/** Nearest neighbors within a distance, by a hash of cubic cells whose side is that distance. */

export interface Neighbors {
  /** Index of each point's nearest target, the first of equally near ones; -1 where none is near enough. */
  readonly index: Int32Array;
  /** Distance to that target; Infinity where there is none. */
  readonly distance: Float64Array;
}

/**
 * Finds the nearest target of each point, among the targets closer than `radius`.
 * @param points [n, 3]
 * @param targets [m, 3]
 * @param radius in the unit of the points, exclusive
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

/** Points sorted by the slot of their cell. Cells may share a slot: that costs time, and distances still decide. */
class CellTable {
  private readonly slots: number;
  /** Start of each slot in `order`, and the end of the last slot. */
  private readonly begins: Uint32Array;
  private readonly order: Uint32Array;

  /** @param width of a cell; neighbors closer than this lie in the same cell or an adjacent one */
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

  /** The nearest point within the width of a cell, and its squared distance; -1 and Infinity if there is none. */
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

  /** Mixes the cell's coordinates with large odd factors, so that adjacent cells get distant slots. */
  private slotOf(cx: number, cy: number, cz: number): number {
    const mixed = Math.imul(cx, 0x9e3779b1) ^ Math.imul(cy, 0x85ebca6b) ^ Math.imul(cz, 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 15)) & (this.slots - 1)) >>> 0;
  }
}
