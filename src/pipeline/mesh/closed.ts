/** Whether a mesh is closed: the conditions that programs which print, cut or measure solids ask for, each counted. */
import type { Mesh } from '../mesh.ts';

/** What is wrong with a mesh, in numbers. All are 0 for a closed mesh, except `components` and `volume`, which are positive. */
export interface MeshReport {
  /** Edges with one face. */
  readonly openEdges: number;
  /** Edges with more than two faces. */
  readonly crowdedEdges: number;
  /** Edges whose two faces run along them in the same direction, so that one of them is inside out. */
  readonly flippedEdges: number;
  /** Faces with a repeated vertex, or without area. */
  readonly degenerateFaces: number;
  /** Faces with the same three vertices as an earlier one, in whatever order. */
  readonly duplicateFaces: number;
  /** Vertices at which fans of faces touch that share no edge there. */
  readonly pinchedVertices: number;
  /** Vertices without a face. */
  readonly unusedVertices: number;
  /** Positions that are not finite, and indices of vertices that do not exist. */
  readonly invalidNumbers: number;
  /** Parts that share no vertex. */
  readonly components: number;
  /** Signed volume in cubic units of the positions; positive if faces are counterclockwise as seen from outside. */
  readonly volume: number;
}

/** A face has no area if its height is this small in units of its longest edge: nothing but rounding errors. */
const FLAT = 1e-10;

type Surface = Pick<Mesh, 'xyz' | 'triangles'>;

/** Counts what is wrong with a mesh. Half a million faces take about a second. */
export function inspectMesh({ xyz, triangles }: Surface): MeshReport {
  const n = xyz.length / 3;
  const invalidNumbers = countInvalid(xyz, triangles);
  if (triangles.some((v) => v >= n)) {
    // The other counts would read positions that do not exist.
    const none = { openEdges: 0, crowdedEdges: 0, flippedEdges: 0, degenerateFaces: 0, duplicateFaces: 0 };
    return { ...none, pinchedVertices: 0, unusedVertices: 0, invalidNumbers, components: 0, volume: 0 };
  }
  const corners = cornersOf(triangles, n);
  let unusedVertices = 0;
  for (let v = 0; v < n; v++) if (corners.start[v] === corners.start[v + 1]) unusedVertices++;
  return {
    ...countEdges(triangles, corners, n),
    degenerateFaces: countDegenerate(xyz, triangles),
    duplicateFaces: duplicateFaces(triangles, corners).length,
    pinchedVertices: countPinched(triangles, corners, n),
    unusedVertices,
    invalidNumbers,
    components: countComponents(triangles, n),
    volume: signedVolume(xyz, triangles),
  };
}

/** What is wrong with a mesh in words, such as "2 open edges, 1 pinched vertex"; undefined if it is closed. */
export function problemsOf(report: MeshReport): string | undefined {
  const counted = [
    [report.openEdges, 'open edge', 'open edges'],
    [report.crowdedEdges, 'edge with more than two faces', 'edges with more than two faces'],
    [report.flippedEdges, 'edge between faces of opposite sides', 'edges between faces of opposite sides'],
    [report.degenerateFaces, 'face without area', 'faces without area'],
    [report.duplicateFaces, 'duplicate face', 'duplicate faces'],
    [report.pinchedVertices, 'pinched vertex', 'pinched vertices'],
    [report.unusedVertices, 'unused vertex', 'unused vertices'],
    [report.invalidNumbers, 'invalid number', 'invalid numbers'],
  ] as const;
  const problems = counted
    .filter(([count]) => count > 0)
    .map(([count, one, many]) => `${count} ${count === 1 ? one : many}`);
  if (problems.length === 0 && report.components === 0) problems.push('no faces');
  else if (problems.length === 0 && !(report.volume > 0)) problems.push(`a volume of ${report.volume}`);
  return problems.length === 0 ? undefined : problems.join(', ');
}

/** The corners of triangles, vertex by vertex: `list[start[v] .. start[v + 1]]` are places in `triangles` that hold `v`. */
export interface Corners {
  readonly start: Uint32Array;
  readonly list: Uint32Array;
}

/** @param n number of vertices */
export function cornersOf(triangles: ArrayLike<number>, n: number): Corners {
  const start = new Uint32Array(n + 1);
  for (let c = 0; c < triangles.length; c++) start[triangles[c] + 1]++;
  for (let v = 0; v < n; v++) start[v + 1] += start[v];
  const next = start.slice();
  const list = new Uint32Array(triangles.length);
  for (let c = 0; c < triangles.length; c++) list[next[triangles[c]]++] = c;
  return { start, list };
}

/** The corner after `corner` in its triangle. */
export const nextCorner = (corner: number): number => (corner % 3 === 2 ? corner - 2 : corner + 1);
/** The corner before `corner` in its triangle. */
export const previousCorner = (corner: number): number => (corner % 3 === 0 ? corner + 2 : corner - 1);

/** An edge belongs to its lower vertex. Each corner there names two edges: to the next corner and from the previous one. */
function countEdges(triangles: Uint32Array, { start, list }: Corners, n: number) {
  let [openEdges, crowdedEdges, flippedEdges] = [0, 0, 0];
  // Valid for the vertex in `owner` only, so that it need not be cleared.
  const owner = new Int32Array(n).fill(-1);
  const forward = new Uint32Array(n);
  const backward = new Uint32Array(n);
  const touch = (v: number, other: number): boolean => {
    if (owner[other] === v) return false;
    owner[other] = v;
    forward[other] = backward[other] = 0;
    return true;
  };
  const others: number[] = [];
  for (let v = 0; v < n; v++) {
    others.length = 0;
    for (let i = start[v]; i < start[v + 1]; i++) {
      const to = triangles[nextCorner(list[i])];
      const from = triangles[previousCorner(list[i])];
      if (to > v) {
        if (touch(v, to)) others.push(to);
        forward[to]++;
      }
      if (from > v) {
        if (touch(v, from)) others.push(from);
        backward[from]++;
      }
    }
    for (const other of others) {
      const faces = forward[other] + backward[other];
      if (faces === 1) openEdges++;
      else if (faces > 2) crowdedEdges++;
      else if (forward[other] !== 1) flippedEdges++;
    }
  }
  return { openEdges, crowdedEdges, flippedEdges };
}

function countDegenerate(xyz: Float32Array, triangles: Uint32Array): number {
  let count = 0;
  for (let t = 0; t < triangles.length; t += 3)
    if (isDegenerate(xyz, triangles[t], triangles[t + 1], triangles[t + 2])) count++;
  return count;
}

/** Whether a triangle has a repeated vertex or no area. */
export function isDegenerate(xyz: ArrayLike<number>, i: number, j: number, k: number): boolean {
  if (i === j || j === k || k === i) return true;
  const [a, b, c] = [3 * i, 3 * j, 3 * k];
  const [ux, uy, uz] = [xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]];
  const [vx, vy, vz] = [xyz[c] - xyz[a], xyz[c + 1] - xyz[a + 1], xyz[c + 2] - xyz[a + 2]];
  const [wx, wy, wz] = [ux - vx, uy - vy, uz - vz];
  const longest = Math.max(ux * ux + uy * uy + uz * uz, vx * vx + vy * vy + vz * vz, wx * wx + wy * wy + wz * wz);
  return Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) <= FLAT * longest;
}

/** Starts of the triangles that have the same three vertices as an earlier one. */
function duplicateFaces(triangles: Uint32Array, { start, list }: Corners): number[] {
  const duplicates: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    for (let i = start[a]; i < start[a + 1]; i++) {
      const other = list[i] - (list[i] % 3);
      if (other >= t) continue;
      const [p, q] = [triangles[nextCorner(list[i])], triangles[previousCorner(list[i])]];
      if ((p === b && q === c) || (p === c && q === b)) {
        duplicates.push(t);
        break;
      }
    }
  }
  return duplicates;
}

function countPinched(triangles: Uint32Array, { start, list }: Corners, n: number): number {
  let pinched = 0;
  for (let v = 0; v < n; v++) if (fansAt(triangles, list.subarray(start[v], start[v + 1])) > 1) pinched++;
  return pinched;
}

/** Number of fans around a vertex: sets of triangles that are connected by edges at the vertex. */
function fansAt(triangles: Uint32Array, corners: Uint32Array): number {
  const left = [...corners];
  const reached: number[] = [];
  const take = (i: number) => {
    const [corner] = left.splice(i, 1);
    reached.push(triangles[nextCorner(corner)], triangles[previousCorner(corner)]);
  };
  let fans = 0;
  while (left.length > 0) {
    fans++;
    take(left.length - 1);
    for (let vertex = reached.pop(); vertex !== undefined; vertex = reached.pop()) {
      for (let i = left.length - 1; i >= 0; i--) {
        if (triangles[nextCorner(left[i])] === vertex || triangles[previousCorner(left[i])] === vertex) take(i);
      }
    }
  }
  return fans;
}

function countComponents(triangles: Uint32Array, n: number): number {
  const part = partsOf(triangles, n);
  const found = new Set<number>();
  for (const v of triangles) found.add(part[v]);
  return found.size;
}

/** Finds parts that share no vertex, by union-find. @returns for each vertex, a vertex that names its part */
export function partsOf(triangles: ArrayLike<number>, n: number): Uint32Array {
  const parent = Uint32Array.from({ length: n }, (_, v) => v);
  const rootOf = (v: number): number => {
    while (parent[v] !== v) v = parent[v] = parent[parent[v]];
    return v;
  };
  for (let t = 0; t < triangles.length; t += 3) {
    const root = rootOf(triangles[t]);
    parent[rootOf(triangles[t + 1])] = root;
    parent[rootOf(triangles[t + 2])] = root;
  }
  return parent.map((_, v) => rootOf(v));
}

/** Sum of the tetrahedra between the faces and a vertex of the mesh, which keeps numbers small. */
function signedVolume(xyz: Float32Array, triangles: Uint32Array): number {
  const [ox, oy, oz] = xyz;
  let sum = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
    const [ax, ay, az] = [xyz[a] - ox, xyz[a + 1] - oy, xyz[a + 2] - oz];
    const [bx, by, bz] = [xyz[b] - ox, xyz[b + 1] - oy, xyz[b + 2] - oz];
    const [cx, cy, cz] = [xyz[c] - ox, xyz[c + 1] - oy, xyz[c + 2] - oz];
    sum += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return sum / 6;
}

function countInvalid(xyz: Float32Array, triangles: Uint32Array): number {
  const n = xyz.length / 3;
  let count = 0;
  for (const x of xyz) if (!Number.isFinite(x)) count++;
  for (const v of triangles) if (v >= n) count++;
  return count;
}
