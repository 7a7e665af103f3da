/** Closed meshes whose shape is known, made from formulas. */
import { vertexNormals } from '../../../src/pipeline/mesh/normals.ts';
import type { Mesh } from '../../../src/pipeline/mesh.ts';

/** A function of space that is negative inside of a shape. */
export type Field = (x: number, y: number, z: number) => number;

/** A color of space, three bytes. */
export type Coloring = (x: number, y: number, z: number) => readonly [number, number, number];

export const sphere =
  (cx: number, cy: number, cz: number, radius: number): Field =>
  (x, y, z) =>
    Math.hypot(x - cx, y - cy, z - cz) - radius;

/** A torus around the axis y. */
export const torus =
  (cx: number, cy: number, cz: number, radius: number, tube: number): Field =>
  (x, y, z) =>
    Math.hypot(Math.hypot(x - cx, z - cz) - radius, y - cy) - tube;

export const union =
  (...fields: Field[]): Field =>
  (x, y, z) =>
    Math.min(...fields.map((field) => field(x, y, z)));

/** A field with waves of several lengths added, so that its surface has bumps, holes and thin parts. */
export const wavy =
  (field: Field, height: number, frequency: number): Field =>
  (x, y, z) =>
    field(x, y, z) +
    height *
      (Math.sin(frequency * x + 1) * Math.sin(frequency * y + 2) * Math.sin(frequency * z) +
        0.5 * Math.sin(2.3 * frequency * x) * Math.sin(2.1 * frequency * y + 1) * Math.sin(1.9 * frequency * z + 2));

/** Corners of a cube, as bits x, y, z. */
const CUBE = [0, 1, 2, 3, 4, 5, 6, 7];
/** The six tetrahedra of a cube around its diagonal from corner 0 to corner 7, positively oriented. */
const TETRAHEDRA = [
  [0, 1, 3, 7],
  [0, 3, 2, 7],
  [0, 2, 6, 7],
  [0, 6, 4, 7],
  [0, 4, 5, 7],
  [0, 5, 1, 7],
];

/**
 * The surface of a field by marching tetrahedra, which are always closed and manifold where the lattice's border is outside.
 * Doi and Koide, "An efficient method of triangulating equi-valued surfaces by using tetrahedral cells", 1991.
 * @param low, high the box, in the same unit on each axis
 * @param cells along each axis
 */
export function surfaceOf(
  field: Field,
  low: readonly [number, number, number],
  high: readonly [number, number, number],
  cells: number,
  color: Coloring = () => [200, 200, 200],
): Mesh {
  const n = cells + 1;
  const at = (i: number, axis: number) => low[axis] + (i / cells) * (high[axis] - low[axis]);
  const value = new Float64Array(n ** 3);
  for (let k = 0, c = 0; k < n; k++)
    for (let j = 0; j < n; j++)
      for (let i = 0; i < n; i++) {
        const v = field(at(i, 0), at(j, 1), at(k, 2));
        // A corner on the surface would make triangles without area.
        value[c++] = Math.abs(v) < 1e-9 ? 1e-9 : v;
      }
  const xyz: number[] = [];
  const triangles: number[] = [];
  const made = new Map<number, number>();
  /** The vertex on the edge between two corners. */
  const crossing = (a: number, b: number): number => {
    const [from, to] = a < b ? [a, b] : [b, a];
    const key = from * n ** 3 + to;
    const known = made.get(key);
    if (known !== undefined) return known;
    // Away from the corners, so that no triangle is a needle of rounding errors.
    const t = Math.min(0.97, Math.max(0.03, value[from] / (value[from] - value[to])));
    const place = (c: number) => [c % n, Math.floor(c / n) % n, Math.floor(c / (n * n))];
    const [p, q] = [place(from), place(to)];
    for (let axis = 0; axis < 3; axis++) xyz.push(at(p[axis] + t * (q[axis] - p[axis]), axis));
    made.set(key, xyz.length / 3 - 1);
    return xyz.length / 3 - 1;
  };
  for (let k = 0; k < cells; k++)
    for (let j = 0; j < cells; j++)
      for (let i = 0; i < cells; i++) {
        const corner = CUBE.map((bits) => i + (bits & 1) + n * (j + ((bits >> 1) & 1)) + n * n * (k + (bits >> 2)));
        for (const tetrahedron of TETRAHEDRA) {
          const [a, b, c, d] = tetrahedron.map((bits) => corner[bits]);
          march(a, b, c, d);
        }
      }

  function march(a: number, b: number, c: number, d: number): void {
    const corners = [a, b, c, d];
    const inside = corners.filter((corner) => value[corner] < 0);
    if (inside.length === 0 || inside.length === 4) return;
    const outside = corners.filter((corner) => value[corner] >= 0);
    const even = parity([...inside, ...outside], corners);
    const [p, q] = even ? [0, 1] : [1, 0];
    if (inside.length === 2) {
      const [s, t] = [inside[p], inside[q]];
      const [u, v] = outside;
      const quad = [crossing(s, u), crossing(s, v), crossing(t, v), crossing(t, u)];
      triangles.push(quad[0], quad[1], quad[2], quad[0], quad[2], quad[3]);
      return;
    }
    // One corner on one side: its three edges are crossed.
    const [one, rest] = inside.length === 1 ? [inside[0], outside] : [outside[0], inside];
    const [first, second, third] = rest.map((other) => crossing(one, other));
    const flip = inside.length === 1 ? !even : !parity([...inside, ...outside], corners);
    triangles.push(first, ...(flip ? [third, second] : [second, third]));
  }

  const positions = Float32Array.from(xyz);
  const indices = Uint32Array.from(triangles);
  const rgb = new Uint8Array(positions.length);
  for (let v = 0; v < positions.length; v += 3) rgb.set(color(positions[v], positions[v + 1], positions[v + 2]), v);
  return { xyz: positions, normals: vertexNormals(positions, indices), rgb, triangles: indices };
}

/** Whether one order of four numbers is an even permutation of another. */
function parity(order: readonly number[], of: readonly number[]): boolean {
  const places = order.map((x) => of.indexOf(x));
  let even = true;
  for (let i = 0; i < 4; i++) for (let j = 0; j < i; j++) if (places[j] > places[i]) even = !even;
  return even;
}

/** A field with white noise added, the same at the same place: its surface has loose crumbs and pinched necks. */
export function noisy(field: Field, height: number): Field {
  return (x, y, z) => field(x, y, z) + height * (hash(x, y, z) - 0.5);
}

/** A number from 0 to 1 that looks random. */
function hash(x: number, y: number, z: number): number {
  const s = Math.sin(12.9898 * x + 78.233 * y + 37.719 * z) * 43758.5453;
  return s - Math.floor(s);
}
