/** Extraction of a surface from a field: marching tetrahedra, which is closed and manifold by construction. */
import type { Volume } from './volume.ts';

/** A surface in the frame of its volume; triangles are counterclockwise as seen from outside. */
export interface RawSurface {
  /** [n, 3] */
  readonly xyz: Float32Array;
  /** [m, 3] */
  readonly triangles: Uint32Array;
}

/** The corners of a cube are numbered by bits: 4 along x, 2 along y, 1 along z. */
const CORNERS = 8;

/**
 * The six tetrahedra of a cube, each along a way from corner 0 to corner 7 that takes one axis after the other
 * (Freudenthal). Neighboring cubes divide their common side alike, so tetrahedra fill space.
 */
const TETRAHEDRA = [
  [0, 4, 6, 7],
  [0, 4, 5, 7],
  [0, 2, 6, 7],
  [0, 2, 3, 7],
  [0, 1, 5, 7],
  [0, 1, 3, 7],
] as const;

/** Vertices are kept off the ends of their edge by this share of it, so that no triangle loses its area. */
const END = 0.05;

/** An edge of a tetrahedron: its lower corner, and the bits that lead to its upper corner. */
interface Edge {
  readonly corner: number;
  readonly bits: number;
}

/** Triangles of each cube, three edges each, by which of its corners are inside (bit c: corner c). */
const CASES: readonly (readonly Edge[])[] = Array.from({ length: 1 << CORNERS }, (_, inside) =>
  TETRAHEDRA.flatMap((tetrahedron) => trianglesOf(tetrahedron, inside)),
);

function trianglesOf(tetrahedron: readonly number[], inside: number): Edge[] {
  const ins = tetrahedron.filter((corner) => inside & (1 << corner));
  const outs = tetrahedron.filter((corner) => !(inside & (1 << corner)));
  const edge = (a: number, b: number): Edge => ({ corner: Math.min(a, b), bits: a ^ b });
  const loop =
    ins.length === 2
      ? [edge(ins[0], outs[0]), edge(ins[0], outs[1]), edge(ins[1], outs[1]), edge(ins[1], outs[0])]
      : ins.flatMap((a) => outs.map((b) => edge(a, b)));
  if (loop.length < 3) return [];
  if (!facesOutwards(loop, ins, outs)) loop.reverse();
  return loop.length === 3 ? loop : [loop[0], loop[1], loop[2], loop[0], loop[2], loop[3]];
}

function coordinates(corner: number): number[] {
  return [corner >> 2, (corner >> 1) & 1, corner & 1];
}

function mean(points: readonly number[][]): number[] {
  return [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
}

/** Whether the normal of the first three edges' middles points from the corners inside to those outside. */
function facesOutwards(loop: readonly Edge[], ins: readonly number[], outs: readonly number[]): boolean {
  const [a, b, c] = loop.map(({ corner, bits }) => mean([coordinates(corner), coordinates(corner | bits)]));
  const [p, q] = [b.map((v, k) => v - a[k]), c.map((v, k) => v - a[k])];
  const normal = [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
  const [from, to] = [mean(ins.map(coordinates)), mean(outs.map(coordinates))];
  return normal.reduce((sum, v, k) => sum + v * (to[k] - from[k]), 0) > 0;
}

/**
 * The surface at which a field changes its sign. It is closed if the field is negative at the border of its volume.
 * @param volume values positive inside
 */
export function extractSurface({ counts, origin, steps, values }: Volume): RawSurface {
  const [nx, ny, nz] = counts;
  const [sx, sy] = [ny * nz, nz];
  const offsets = Array.from({ length: CORNERS }, (_, c) => (c >> 2) * sx + ((c >> 1) & 1) * sy + (c & 1));
  const xyz = new Numbers(Float32Array);
  const triangles = new Numbers(Uint32Array);
  // Vertices by their edges, for two layers of cubes at a time: a layer's edges are not needed after the next one.
  const layers = [new Int32Array(CORNERS * sx).fill(-1), new Int32Array(CORNERS * sx).fill(-1)];
  const vertexOn = (x: number, y: number, z: number, { corner, bits }: Edge): number => {
    const place = [x + (corner >> 2), y + ((corner >> 1) & 1), z + (corner & 1)];
    const layer = layers[place[0] % 2];
    const inLayer = place[1] * sy + place[2];
    const slot = CORNERS * inLayer + bits;
    if (layer[slot] >= 0) return layer[slot];
    const a = place[0] * sx + inLayer;
    const t = Math.min(1 - END, Math.max(END, values[a] / (values[a] - values[a + offsets[bits]])));
    const vertex = xyz.length / 3;
    for (let axis = 0; axis < 3; axis++) {
      const isAlong = bits & (4 >> axis) ? 1 : 0;
      xyz.push(origin[axis] + steps[axis] * (place[axis] + t * isAlong));
    }
    layer[slot] = vertex;
    return vertex;
  };
  for (let x = 0; x < nx - 1; x++) {
    layers[(x + 1) % 2].fill(-1);
    for (let y = 0; y < ny - 1; y++) {
      const row = x * sx + y * sy;
      const [back, right, ahead] = [row + sy, row + sx, row + sx + sy];
      // Bits of the corners with z, which the cube before had as its corners with z + 1: those have odd numbers.
      let inside = 0;
      for (let z = -1; z < nz - 1; z++) {
        const next = z + 1;
        inside =
          ((inside >> 1) & 0b01010101) |
          (values[row + next] > 0 ? 1 << 1 : 0) |
          (values[back + next] > 0 ? 1 << 3 : 0) |
          (values[right + next] > 0 ? 1 << 5 : 0) |
          (values[ahead + next] > 0 ? 1 << 7 : 0);
        if (z < 0 || inside === 0 || inside === 255) continue;
        for (const edge of CASES[inside]) triangles.push(vertexOn(x, y, z, edge));
      }
    }
  }
  return { xyz: xyz.values() as Float32Array, triangles: triangles.values() as Uint32Array };
}

/** A typed array that grows. */
class Numbers {
  length = 0;
  private data: Float32Array | Uint32Array;

  constructor(type: typeof Float32Array | typeof Uint32Array) {
    this.data = new type(1 << 16);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new (this.data.constructor as typeof Float32Array)(2 * this.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  values(): Float32Array | Uint32Array {
    return this.data.slice(0, this.length);
  }
}
