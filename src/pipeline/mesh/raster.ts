/** Which cells of a grid a triangle covers. */

/** Corners are rounded to this fraction of a cell, so that all sums are exact and neighbors never disagree. */
const FRACTION = 256;

/** Called for each covered cell, with the shares of the triangle's three corners at the cell's center. */
export type Visit = (x: number, y: number, a: number, b: number, c: number) => void;

/**
 * Visits the cells whose centers are inside of a triangle. The center of cell (x, y) is at (x + 0.5, y + 0.5). A center on an edge
 * that two triangles share belongs to one of them: Pineda, "A Parallel Algorithm for Polygon Rasterization", 1988, with the
 * top-left rule of graphics APIs. Both orientations are drawn; triangles without area cover nothing.
 * @param x, y places of the corners in cells
 */
export function rasterize(
  width: number,
  height: number,
  x: readonly [number, number, number],
  y: readonly [number, number, number],
  visit: Visit,
): void {
  const [ax, ay] = [Math.round(x[0] * FRACTION), Math.round(y[0] * FRACTION)];
  let [bx, by] = [Math.round(x[1] * FRACTION), Math.round(y[1] * FRACTION)];
  let [cx, cy] = [Math.round(x[2] * FRACTION), Math.round(y[2] * FRACTION)];
  let area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const mirrored = area < 0;
  if (mirrored) {
    [bx, by, cx, cy] = [cx, cy, bx, by];
    area = -area;
  }
  // The first and the last cells whose centers are in the box around the triangle.
  const half = FRACTION / 2;
  const left = Math.max(0, Math.ceil((Math.min(ax, bx, cx) - half) / FRACTION));
  const right = Math.min(width - 1, Math.floor((Math.max(ax, bx, cx) - half) / FRACTION));
  const top = Math.max(0, Math.ceil((Math.min(ay, by, cy) - half) / FRACTION));
  const bottom = Math.min(height - 1, Math.floor((Math.max(ay, by, cy) - half) / FRACTION));
  if (left > right || top > bottom) return;
  // The least value at which a center on the edge from p to q is inside.
  const least = (px: number, py: number, qx: number, qy: number) => (qy < py || (qy === py && qx > px) ? 0 : 1);
  const [leastA, leastB, leastC] = [least(bx, by, cx, cy), least(cx, cy, ax, ay), least(ax, ay, bx, by)];
  for (let row = top; row <= bottom; row++) {
    const py = row * FRACTION + half;
    for (let column = left; column <= right; column++) {
      const px = column * FRACTION + half;
      const a = (cx - bx) * (py - by) - (cy - by) * (px - bx);
      const b = (ax - cx) * (py - cy) - (ay - cy) * (px - cx);
      const c = area - a - b;
      if (a < leastA || b < leastB || c < leastC) continue;
      visit(column, row, a / area, (mirrored ? c : b) / area, (mirrored ? b : c) / area);
    }
  }
}
