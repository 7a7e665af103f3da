/**
 * Mends a triangle soup whose edges balance, each having as many faces in one direction as in the other, into a closed manifold.
 * Collapsing edges of a closed mesh keeps that balance, but may glue parts of the surface together. They are cut apart again:
 * Guéziec, Taubin, Lazarus and Horn, "Cutting and Stitching: Converting Sets of Polygons to Manifold Surfaces", 2001.
 */
import { cornersOf, isDegenerate, nextCorner, partsOf, previousCorner } from './closed.ts';

/** Vertices with their colors, and faces over them. Arrays grow. */
export interface Soup {
  /** 3 numbers for each vertex. */
  xyz: number[];
  /** 3 sRGB bytes for each vertex. */
  rgb: number[];
  /** The part of the original mesh that each vertex is from. */
  part: number[];
  /** 3 vertices for each face. */
  triangles: number[];
}

/**
 * A new vertex at an old place moves this share of the way to the middle of its neighbors. Programs that join vertices by position
 * then see two surfaces, too.
 */
const NUDGE = 0.01;
/** What is cut off from a part goes if it is smaller than this share of the part. */
const CRUMB = 0.001;
/** Rounds of mending faces without area; each may bare another one. */
const ROUNDS = 8;

/** Mends in place. @throws Error if the edges do not balance, which no mesh made from a closed one can be */
export function mend(soup: Soup): void {
  soup.triangles = withoutTwins(withoutRepeats(soup.triangles), soup.xyz.length / 3);
  const twins = pairEdges(soup);
  cutVertices(soup, twins);
  splitDoubleEdges(soup, twins);
  for (let round = 0; round < ROUNDS && spreadFlatFaces(soup, twins) > 0; round++);
  soup.triangles = withoutCrumbs(soup);
}

/** Leaves out faces with a repeated vertex: their edges cancel each other. */
function withoutRepeats(triangles: readonly number[]): number[] {
  const kept: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    if (a !== b && b !== c && c !== a) kept.push(a, b, c);
  }
  return kept;
}

/** Leaves out pairs of faces with the same vertices and opposite sides: a sheet without a volume. */
function withoutTwins(triangles: readonly number[], n: number): number[] {
  const { start, list } = cornersOf(triangles, n);
  const gone = new Uint8Array(triangles.length / 3);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    for (let i = start[a]; i < start[a + 1] && !gone[t / 3]; i++) {
      const other = Math.floor(list[i] / 3);
      if (other * 3 >= t || gone[other]) continue;
      if (triangles[nextCorner(list[i])] === c && triangles[previousCorner(list[i])] === b)
        gone[other] = gone[t / 3] = 1;
    }
  }
  return triangles.filter((_, corner) => !gone[Math.floor(corner / 3)]);
}

/**
 * Pairs each edge of a face with the opposite edge of another face. An edge is named by the corner that it starts from.
 * @returns the partner of each edge
 */
function pairEdges({ xyz, triangles }: Soup): number[] {
  const n = xyz.length / 3;
  const { start, list } = cornersOf(triangles, n);
  const twins = new Array<number>(triangles.length).fill(-1);
  for (let v = 0; v < n; v++) {
    const edges = new Map<number, number[]>();
    const add = (other: number, edge: number) => {
      if (other < v) return;
      const known = edges.get(other);
      if (known) known.push(edge);
      else edges.set(other, [edge]);
    };
    for (let i = start[v]; i < start[v + 1]; i++) {
      add(triangles[nextCorner(list[i])], list[i]);
      add(triangles[previousCorner(list[i])], previousCorner(list[i]));
    }
    for (const [other, around] of edges) {
      const pairs = around.length === 2 ? [[around[0], around[1]]] : pairsAround(xyz, triangles, v, other, around);
      for (const [one, two] of pairs) {
        if (triangles[one] === triangles[two]) throw unbalanced();
        twins[one] = two;
        twins[two] = one;
      }
    }
  }
  return twins;
}

const unbalanced = () =>
  new Error('The faces of an edge do not balance: the mesh was not closed before it was simplified.');

/**
 * Pairs the faces around an edge so that each pair has the inside between them: the parts that touch at the edge come apart.
 * Going around the edge, the inside starts after a face that runs backward along it and ends at one that runs forward.
 */
function pairsAround(
  xyz: number[],
  triangles: number[],
  v: number,
  other: number,
  edges: number[],
): [number, number][] {
  const angle = anglesAround(xyz, v, other);
  const around = edges
    .map((edge) => ({ edge, forward: triangles[edge] === v, angle: angle(triangles[previousCorner(edge)]) }))
    .sort((a, b) => a.angle - b.angle || a.edge - b.edge);
  if (around.filter(({ forward }) => forward).length * 2 !== around.length) throw unbalanced();
  const pairs: [number, number][] = [];
  while (around.length > 0) {
    // Balance makes one such neighborhood certain.
    const i = around.findIndex((face, k) => !face.forward && around[(k + 1) % around.length].forward);
    const j = (i + 1) % around.length;
    pairs.push([around[i].edge, around[j].edge]);
    around.splice(Math.max(i, j), 1);
    around.splice(Math.min(i, j), 1);
  }
  return pairs;
}

/** @returns a function that gives the angle of a vertex around the axis from `v` to `other`, counterclockwise seen against the axis */
function anglesAround(xyz: number[], v: number, other: number): (vertex: number) => number {
  const axis = unit([0, 1, 2].map((k) => xyz[3 * other + k] - xyz[3 * v + k]));
  // Any direction that is not along the axis.
  const least = axis.map(Math.abs).indexOf(Math.min(...axis.map(Math.abs)));
  const across = unit(
    cross(
      axis,
      [0, 1, 2].map((k) => (k === least ? 1 : 0)),
    ),
  );
  const up = cross(axis, across);
  return (vertex) => {
    const d = [0, 1, 2].map((k) => xyz[3 * vertex + k] - xyz[3 * v + k]);
    return Math.atan2(dot(d, up), dot(d, across));
  };
}

const dot = (a: number[], b: number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: number[], b: number[]): number[] => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const unit = (a: number[]): number[] => a.map((x) => x / (Math.hypot(...a) || 1));

/** The corner at the same vertex in the next face around it. */
const nextAround = (twins: number[], corner: number): number => nextCorner(twins[corner]);

/** Gives each fan of faces around a vertex a vertex of its own. */
function cutVertices(soup: Soup, twins: number[]): void {
  const { triangles } = soup;
  const taken = new Uint8Array(soup.xyz.length / 3);
  const visited = new Uint8Array(triangles.length);
  const copies: number[] = [];
  for (let corner = 0; corner < triangles.length; corner++) {
    if (visited[corner]) continue;
    const v = triangles[corner];
    let name = v;
    if (taken[v]) {
      name = addVertex(soup, v, v);
      copies.push(corner);
    }
    taken[v] = 1;
    for (let at = corner; !visited[at]; at = nextAround(twins, at)) {
      visited[at] = 1;
      triangles[at] = name;
    }
  }
  for (const corner of copies) nudge(soup, twins, corner);
}

/** Adds a vertex in the middle of two others. @returns its index */
function addVertex({ xyz, rgb, part }: Soup, a: number, b: number): number {
  part.push(part[a]);
  for (let k = 0; k < 3; k++) {
    xyz.push((xyz[3 * a + k] + xyz[3 * b + k]) / 2);
    rgb.push(Math.round((rgb[3 * a + k] + rgb[3 * b + k]) / 2));
  }
  return xyz.length / 3 - 1;
}

/** Moves the vertex of a corner a little towards the middle of its neighbors. */
function nudge({ xyz, triangles }: Soup, twins: number[], corner: number): void {
  const v = triangles[corner];
  const middle = [0, 0, 0];
  let count = 0;
  let at = corner;
  do {
    for (let k = 0; k < 3; k++) middle[k] += xyz[3 * triangles[nextCorner(at)] + k];
    count++;
    at = nextAround(twins, at);
  } while (at !== corner);
  for (let k = 0; k < 3; k++) xyz[3 * v + k] += NUDGE * (middle[k] / count - xyz[3 * v + k]);
}

/** Where two edges still have the same ends, because the surface closes around them, all but one get a vertex in their middle. */
function splitDoubleEdges(soup: Soup, twins: number[]): void {
  const { triangles } = soup;
  for (let again = true; again;) {
    again = false;
    const touched = new Set<number>();
    for (const edge of doubleEdges(triangles, soup.xyz.length / 3)) {
      const faces = [edge, twins[edge]].map((corner) => Math.floor(corner / 3));
      again = true;
      if (faces.some((face) => touched.has(face))) continue;
      for (const face of faces) touched.add(face);
      splitEdge(soup, twins, edge);
    }
  }
}

/** Edges whose two ends are those of an earlier one; one of the two directions of each. */
function doubleEdges(triangles: number[], n: number): number[] {
  const { start, list } = cornersOf(triangles, n);
  const found: number[] = [];
  const owner = new Int32Array(n).fill(-1);
  for (let v = 0; v < n; v++) {
    for (let i = start[v]; i < start[v + 1]; i++) {
      const other = triangles[nextCorner(list[i])];
      if (other < v) continue;
      if (owner[other] === v) found.push(list[i]);
      owner[other] = v;
    }
  }
  return found;
}

/** Puts a vertex on an edge and cuts both of its faces in two. */
function splitEdge(soup: Soup, twins: number[], edge: number): void {
  const { triangles } = soup;
  const twin = twins[edge];
  const middle = addVertex(soup, triangles[edge], triangles[twin]);
  const first = halve(triangles, twins, edge, middle);
  const second = halve(triangles, twins, twin, middle);
  link(twins, edge, second);
  link(twins, first, twin);
  nudge(soup, twins, first);
}

/** Cuts the face (u, v, w) of the edge u, v into (u, middle, w) and (middle, v, w). @returns the edge from the middle to v */
function halve(triangles: number[], twins: number[], edge: number, middle: number): number {
  const [v, w] = [nextCorner(edge), previousCorner(edge)];
  const added = triangles.length;
  triangles.push(middle, triangles[v], triangles[w]);
  triangles[v] = middle;
  twins.push(-1, -1, -1);
  link(twins, added + 1, twins[v]);
  link(twins, added + 2, v);
  return added;
}

function link(twins: number[], one: number, two: number): void {
  twins[one] = two;
  twins[two] = one;
}

/**
 * Faces without area have their middle vertex on their longest edge. That edge is turned, so that it ends in this vertex; where
 * that would make a double edge, the vertex is moved.
 * @returns how many faces were without area
 */
function spreadFlatFaces(soup: Soup, twins: number[]): number {
  const { xyz, triangles } = soup;
  let flat = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    if (!isDegenerate(xyz, triangles[t], triangles[t + 1], triangles[t + 2])) continue;
    flat++;
    const lengths = [t, t + 1, t + 2].map((corner) => lengthOf(soup, corner));
    const longest = t + lengths.indexOf(Math.max(...lengths));
    if (!turnEdge(soup, twins, longest)) nudge(soup, twins, previousCorner(longest));
  }
  return flat;
}

function lengthOf({ xyz, triangles }: Soup, edge: number): number {
  const [a, b] = [3 * triangles[edge], 3 * triangles[nextCorner(edge)]];
  return Math.hypot(xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]);
}

/** Replaces the edge a, b of the faces (a, b, w) and (b, a, x) by the edge x, w. @returns false if there is such an edge already */
function turnEdge({ xyz, triangles }: Soup, twins: number[], edge: number): boolean {
  const twin = twins[edge];
  const [b, w] = [nextCorner(edge), previousCorner(edge)];
  const [a, x] = [nextCorner(twin), previousCorner(twin)];
  const [newW, newX] = [triangles[w], triangles[x]];
  let at = w;
  do {
    if (triangles[nextCorner(at)] === newX) return false;
    at = nextAround(twins, at);
  } while (at !== w);
  if (isDegenerate(xyz, triangles[edge], newX, newW) || isDegenerate(xyz, triangles[twin], newW, newX)) return false;
  const [afterB, afterA] = [twins[b], twins[a]];
  triangles[b] = newX;
  triangles[a] = newW;
  link(twins, edge, afterA);
  link(twins, twin, afterB);
  link(twins, b, a);
  return true;
}

/** Leaves out what was cut off from a part of the original mesh and is tiny beside what remains of that part. */
function withoutCrumbs({ xyz, part, triangles }: Soup): number[] {
  const pieces = partsOf(triangles, part.length);
  const volumes = new Map<number, number>();
  for (let t = 0; t < triangles.length; t += 3) {
    // Relative to a vertex of the piece, which keeps numbers small.
    const piece = pieces[triangles[t]];
    const [a, b, c] = [0, 1, 2].map((corner) =>
      [0, 1, 2].map((k) => xyz[3 * triangles[t + corner] + k] - xyz[3 * piece + k]),
    );
    volumes.set(piece, (volumes.get(piece) ?? 0) + dot(a, cross(b, c)));
  }
  const largest = new Map<number, number>();
  for (const [piece, volume] of volumes) {
    largest.set(part[piece], Math.max(largest.get(part[piece]) ?? 0, Math.abs(volume)));
  }
  return triangles.filter((_, corner) => {
    const piece = pieces[triangles[corner - (corner % 3)]];
    return Math.abs(volumes.get(piece)!) >= CRUMB * largest.get(part[piece])!;
  });
}
