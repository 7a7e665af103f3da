/** Colors of a surface from those that the network predicted at the points of the grid. */
import type { SweptField } from '../roles.ts';
import type { RawSurface } from './tetrahedra.ts';

/** Occupied points with colors. */
export interface ColoredGridPoints {
  /** Indices [n] of the points in the grid. */
  readonly indices: Uint32Array;
  /** Occupancy logits [n]. */
  readonly logits: Float32Array;
  /** [n, 3] sRGB bytes. */
  readonly rgb: Uint8Array;
}

/** Occupied points are searched for up to so many steps away. */
const REACH = 3;

/**
 * Colors of vertices: the mean of the occupied points around each, near ones and sure ones first. Vertices without such
 * points around them get the mean of their neighbors, from near to far.
 * @param surface in the object's frame
 * @returns [n, 3] sRGB bytes
 */
export function predictedColors(
  { xyz, triangles }: RawSurface,
  points: ColoredGridPoints,
  { counts, axes }: SweptField,
): Uint8Array {
  const [nx, ny, nz] = counts;
  const starts = [0, nx, nx + ny];
  const steps = counts.map((n, a) => (n > 1 ? (axes[starts[a] + n - 1] - axes[starts[a]]) / (n - 1) : 1));
  const pointAt = new Int32Array(nx * ny * nz).fill(-1);
  points.indices.forEach((index, point) => (pointAt[index] = point));
  const colors = new Uint8Array(xyz.length);
  const known = new Uint8Array(xyz.length / 3);
  const place = new Float64Array(3);
  const [low, high] = [new Int32Array(3), new Int32Array(3)];
  const sum = new Float64Array(4);
  for (let v = 0; v < xyz.length; v += 3) {
    for (let a = 0; a < 3; a++) place[a] = (xyz[v + a] - axes[starts[a]]) / steps[a];
    sum.fill(0);
    for (let reach = 1; reach <= REACH && sum[3] === 0; reach++) addAround(reach);
    if (sum[3] === 0) continue;
    known[v / 3] = 1;
    for (let c = 0; c < 3; c++) colors[v + c] = Math.round(sum[c] / sum[3]);
  }
  spread(colors, known, triangles);
  return colors;

  /** Adds the points around `place`. */
  function addAround(reach: number): void {
    for (let a = 0; a < 3; a++) {
      low[a] = Math.max(0, Math.ceil(place[a] - reach));
      high[a] = Math.min(counts[a] - 1, Math.floor(place[a] + reach));
    }
    for (let x = low[0]; x <= high[0]; x++) {
      for (let y = low[1]; y <= high[1]; y++) {
        for (let z = low[2]; z <= high[2]; z++) {
          const point = pointAt[(x * ny + y) * nz + z];
          if (point < 0) continue;
          const square = (x - place[0]) ** 2 + (y - place[1]) ** 2 + (z - place[2]) ** 2;
          const near = Math.max(0, 1 - square / (reach * reach * 3)) + 1e-6;
          const weight = near * near * Math.exp(Math.min(8, points.logits[point]));
          for (let c = 0; c < 3; c++) sum[c] += weight * points.rgb[3 * point + c];
          sum[3] += weight;
        }
      }
    }
  }
}

/** Gives vertices without a color the mean of their neighbors that have one, round by round. */
function spread(colors: Uint8Array, known: Uint8Array, triangles: Uint32Array): void {
  const end = (t: number): number => triangles[t % 3 === 2 ? t - 2 : t + 1];
  // Edges by their start in `triangles`: each is in two triangles, once in each direction.
  let edges: number[] = [];
  for (let t = 0; t < triangles.length; t++) if (!known[end(t)]) edges.push(t);
  for (;;) {
    const sums = new Map<number, [number, number, number, number]>();
    for (const t of edges) {
      const [from, to] = [triangles[t], end(t)];
      if (!known[from]) continue;
      const sum = sums.get(to) ?? [0, 0, 0, 0];
      for (let c = 0; c < 3; c++) sum[c] += colors[3 * from + c];
      sum[3]++;
      sums.set(to, sum);
    }
    if (sums.size === 0) return;
    for (const [v, sum] of sums) {
      known[v] = 1;
      for (let c = 0; c < 3; c++) colors[3 * v + c] = Math.round(sum[c] / sum[3]);
    }
    edges = edges.filter((t) => !known[end(t)]);
  }
}
