/**
 * Cuts a closed mesh into charts, pieces of the surface that lie flat without overlap: each is seen along one of six directions.
 * The first direction looks from the camera, so what the photo shows is cut as little as possible.
 */
import type { Mesh } from '../mesh.ts';
import { cornersOf, nextCorner } from './closed.ts';
import { boundsOf } from './measure.ts';
import { rasterize } from './raster.ts';

/** Where surfaces of a direction look to, and the two axes that become right and down in the texture. */
const DIRECTIONS = [
  { to: [0, 0, -1], right: [1, 0, 0], down: [0, 1, 0] },
  { to: [0, 0, 1], right: [-1, 0, 0], down: [0, 1, 0] },
  { to: [1, 0, 0], right: [0, 0, 1], down: [0, 1, 0] },
  { to: [-1, 0, 0], right: [0, 0, -1], down: [0, 1, 0] },
  { to: [0, 1, 0], right: [1, 0, 0], down: [0, 0, 1] },
  { to: [0, -1, 0], right: [1, 0, 0], down: [0, 0, -1] },
] as const;

/** A face is seen along a direction if the cosine of their angle is at least this; flatter faces would get too few texels. */
const SEEN = 0.15;
/** A face this narrow, in texels, may look anywhere: what it hides is too small to be seen. Simplified meshes have such needles. */
const NEEDLE = 1;
/** Mean cosine between faces and their directions, from which the scale of needles is estimated. */
const MEAN_FACING = 0.85;
/** Rounds in which normals are averaged with their neighbors before directions are chosen, so that noise cuts nothing. */
const SMOOTHING = 6;
/** Rounds in which faces may take over the direction of their neighbors. */
const ROUNDS = 8;
/** Charts of fewer faces join a neighbor if they can. */
const SMALL = 60;
/** Longest side of the grid in which overlaps are looked for, in cells. */
const GRID = 2048;

/** A mesh with its vertices split between charts. */
export interface Charts {
  /** Number of charts. */
  readonly count: number;
  /** [m] chart of each face. */
  readonly chart: Uint32Array;
  /** [k] vertex of the mesh that each split vertex is from. */
  readonly xref: Uint32Array;
  /** [m, 3] split vertices of each face, in the order of the mesh. */
  readonly triangles: Uint32Array;
  /** [k, 2] places of the split vertices in the plane of their chart, in texels. */
  readonly place: Float32Array;
}

type Surface = Pick<Mesh, 'xyz' | 'triangles'>;

/**
 * @param mesh closed
 * @param texels that all charts should cover together
 */
export function chartsOf(mesh: Surface, texels: number): Charts {
  const faces = facesOf(mesh);
  const area = faces.area.reduce((sum, a) => sum + a, 0);
  markNeedles(faces, NEEDLE / Math.sqrt(texels / (MEAN_FACING * area)));
  const direction = chooseDirections(faces);
  mergeSmall(faces, direction);
  let flatArea = 0;
  for (let t = 0; t < direction.length; t++)
    flatArea += faces.area[t] * Math.abs(facing(faces.normal, t, direction[t]));
  const density = Math.sqrt(texels / flatArea);
  const { chart, count } = growCharts(mesh, faces, direction, density);
  return { count, chart, ...splitVertices(mesh, chart, direction, density) };
}

interface Faces {
  /** [m, 3] unit vectors; zero for a face without area. */
  readonly normal: Float64Array;
  /** [m] */
  readonly area: Float64Array;
  /** [m, 3] face across the edge that starts at each corner. */
  readonly across: Int32Array;
  /** [m, 3] length of that edge. */
  readonly length: Float64Array;
  /** [m] 1 for faces so narrow that they may look anywhere. */
  readonly needle: Uint8Array;
}

function facesOf({ xyz, triangles }: Surface): Faces {
  const m = triangles.length / 3;
  const { start, list } = cornersOf(triangles, xyz.length / 3);
  const faces = {
    normal: new Float64Array(3 * m),
    area: new Float64Array(m),
    across: new Int32Array(3 * m).fill(-1),
    length: new Float64Array(3 * m),
    needle: new Uint8Array(m),
  };
  for (let corner = 0; corner < 3 * m; corner++) {
    const [v, w] = [triangles[corner], triangles[nextCorner(corner)]];
    const [a, b] = [3 * v, 3 * w];
    faces.length[corner] = Math.hypot(xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]);
    for (let i = start[w]; i < start[w + 1]; i++) {
      if (triangles[nextCorner(list[i])] === v) faces.across[corner] = Math.floor(list[i] / 3);
    }
  }
  for (let t = 0; t < m; t++) {
    const [a, b, c] = [3 * triangles[3 * t], 3 * triangles[3 * t + 1], 3 * triangles[3 * t + 2]];
    const [ux, uy, uz] = [xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]];
    const [vx, vy, vz] = [xyz[c] - xyz[a], xyz[c + 1] - xyz[a + 1], xyz[c + 2] - xyz[a + 2]];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    const length = Math.hypot(...normal);
    faces.area[t] = length / 2;
    if (length > 0) for (let k = 0; k < 3; k++) faces.normal[3 * t + k] = normal[k] / length;
  }
  return faces;
}

/** @param width below which a face is a needle, in the unit of the positions */
function markNeedles({ area, length, needle }: Faces, width: number): void {
  for (let t = 0; t < area.length; t++) {
    const longest = Math.max(length[3 * t], length[3 * t + 1], length[3 * t + 2]);
    if (2 * area[t] <= width * longest) needle[t] = 1;
  }
}

/** Whether a face may be in a chart of a direction. */
const fits = (faces: Faces, face: number, direction: number): boolean =>
  faces.needle[face] === 1 || facing(faces.normal, face, direction) >= SEEN;

/** Cosine of the angle between a face and a direction. */
function facing(normal: Float64Array, face: number, direction: number): number {
  const { to } = DIRECTIONS[direction];
  return normal[3 * face] * to[0] + normal[3 * face + 1] * to[1] + normal[3 * face + 2] * to[2];
}

/**
 * The direction of each face: near that of its normal and that of its neighbors. Faces are visited again and again, and take the
 * direction of the lowest cost. Besag, "On the Statistical Analysis of Dirty Pictures", 1986.
 */
function chooseDirections(faces: Faces): Uint8Array {
  const m = faces.area.length;
  const smooth = smoothNormals(faces);
  const direction = new Uint8Array(m);
  const meanLength = faces.length.reduce((sum, length) => sum + length, 0) / faces.length.length;
  const cost = new Float64Array(DIRECTIONS.length);
  for (let round = 0; round <= ROUNDS; round++) {
    for (let t = 0; t < m; t++) {
      for (let d = 0; d < DIRECTIONS.length; d++) {
        cost[d] = fits(faces, t, d) ? faces.area[t] * (1 - facing(smooth, t, d)) : Infinity;
      }
      // The first round knows no neighbors.
      for (let corner = 3 * t; round > 0 && corner < 3 * t + 3; corner++) {
        const other = faces.across[corner];
        if (other >= 0) cost[direction[other]] -= faces.length[corner] * meanLength;
      }
      let best = direction[t];
      for (let d = 0; d < DIRECTIONS.length; d++) if (cost[d] < cost[best]) best = d;
      direction[t] = best;
    }
  }
  return direction;
}

/** Normals averaged with those of neighbors, by area. [m, 3] unit vectors */
function smoothNormals({ normal, area, across }: Faces): Float64Array {
  let from = normal;
  for (let round = 0; round < SMOOTHING; round++) {
    const to = new Float64Array(from.length);
    for (let t = 0; t < area.length; t++) {
      for (let k = 0; k < 3; k++) to[3 * t + k] = from[3 * t + k] * area[t];
      for (let corner = 3 * t; corner < 3 * t + 3; corner++) {
        const other = across[corner];
        if (other >= 0) for (let k = 0; k < 3; k++) to[3 * t + k] += from[3 * other + k] * area[other];
      }
      const length = Math.hypot(to[3 * t], to[3 * t + 1], to[3 * t + 2]);
      if (length > 0) for (let k = 0; k < 3; k++) to[3 * t + k] /= length;
    }
    from = to;
  }
  return from;
}

/** Gives small pieces the direction of the neighbor with the longest border, if all of their faces can be seen along it. */
function mergeSmall(faces: Faces, direction: Uint8Array): void {
  const visited = new Uint8Array(direction.length);
  for (let seed = 0; seed < direction.length; seed++) {
    if (visited[seed]) continue;
    const border = new Float64Array(DIRECTIONS.length);
    const piece = grow(faces, direction, seed, (face) => {
      visited[face] = 1;
      return true;
    });
    if (piece.length >= SMALL) continue;
    for (const face of piece) {
      for (let corner = 3 * face; corner < 3 * face + 3; corner++) {
        const other = faces.across[corner];
        if (other >= 0 && direction[other] !== direction[face]) border[direction[other]] += faces.length[corner];
      }
    }
    const order = [...border.keys()].filter((d) => border[d] > 0).sort((a, b) => border[b] - border[a]);
    const best = order.find((d) => piece.every((face) => fits(faces, face, d)));
    if (best !== undefined) for (const face of piece) direction[face] = best;
  }
}

/** Faces that are connected with a seed through faces of its direction; `take` may refuse a face. */
function grow(faces: Faces, direction: Uint8Array, seed: number, take: (face: number) => boolean): number[] {
  const found = [seed];
  const seen = new Set(found);
  take(seed);
  // Breadth first, so that pieces are round.
  for (let i = 0; i < found.length; i++) {
    for (let corner = 3 * found[i]; corner < 3 * found[i] + 3; corner++) {
      const other = faces.across[corner];
      if (other < 0 || direction[other] !== direction[seed] || seen.has(other)) continue;
      seen.add(other);
      if (take(other)) found.push(other);
    }
  }
  return found;
}

/**
 * Connected faces of a direction make a chart, up to where they would cover texels that the chart covers already. Faces that share a
 * vertex may: a needle between them folds them over by less than a texel.
 */
function growCharts(mesh: Surface, faces: Faces, direction: Uint8Array, density: number) {
  const { triangles } = mesh;
  // 0 stands for none, as in `owner`.
  const chart = new Uint32Array(direction.length);
  let count = 0;
  const { side, place } = gridOf(mesh, density);
  /** The face that covers a cell, plus 1. */
  const owner = new Uint32Array(side * side);
  const sharesVertex = (one: number, two: number): boolean => {
    for (let i = 3 * one; i < 3 * one + 3; i++) {
      for (let j = 3 * two; j < 3 * two + 3; j++) if (triangles[i] === triangles[j]) return true;
    }
    return false;
  };
  /** Puts a face in a chart if it covers nothing of it. */
  const cover = (face: number, name: number): boolean => {
    if (faces.needle[face] === 0) {
      const { x, y } = place(face, direction[face]);
      let free = true;
      rasterize(side, side, x, y, (column, row) => {
        const other = owner[row * side + column] - 1;
        if (other >= 0 && chart[other] === name && !sharesVertex(face, other)) free = false;
      });
      if (!free) return false;
      rasterize(side, side, x, y, (column, row) => {
        owner[row * side + column] = face + 1;
      });
    }
    chart[face] = name;
    return true;
  };
  for (let seed = 0; seed < direction.length; seed++) {
    if (chart[seed] !== 0) continue;
    const name = ++count;
    grow(faces, direction, seed, (face) => chart[face] === 0 && cover(face, name));
  }
  return { chart: chart.map((name) => name - 1), count };
}

/** A grid that holds the mesh as seen along any direction. */
function gridOf({ xyz, triangles }: Surface, density: number) {
  const { low, high } = boundsOf(xyz);
  const middle = low.map((x, k) => (x + high[k]) / 2);
  const extent = Math.max(...high.map((x, k) => x - low[k]));
  const scale = Math.min(density, GRID / extent);
  const side = Math.ceil(extent * scale) + 2;
  const place = (face: number, direction: number) => {
    const { right, down } = DIRECTIONS[direction];
    const x: [number, number, number] = [0, 0, 0];
    const y: [number, number, number] = [0, 0, 0];
    for (let corner = 0; corner < 3; corner++) {
      const v = 3 * triangles[3 * face + corner];
      x[corner] = side / 2;
      y[corner] = side / 2;
      for (let k = 0; k < 3; k++) {
        x[corner] += scale * right[k] * (xyz[v + k] - middle[k]);
        y[corner] += scale * down[k] * (xyz[v + k] - middle[k]);
      }
    }
    return { x, y };
  };
  return { side, place };
}

/** A vertex gets a copy for each chart that it is in. */
function splitVertices({ xyz, triangles }: Surface, chart: Uint32Array, direction: Uint8Array, density: number) {
  const { start, list } = cornersOf(triangles, xyz.length / 3);
  const split = new Uint32Array(triangles.length);
  const xref: number[] = [];
  const place: number[] = [];
  for (let v = 0; v + 1 < start.length; v++) {
    const known = new Map<number, number>();
    for (let i = start[v]; i < start[v + 1]; i++) {
      const face = Math.floor(list[i] / 3);
      let name = known.get(chart[face]);
      if (name === undefined) {
        name = xref.length;
        known.set(chart[face], name);
        xref.push(v);
        const { right, down } = DIRECTIONS[direction[face]];
        for (const axis of [right, down]) {
          place.push(density * (axis[0] * xyz[3 * v] + axis[1] * xyz[3 * v + 1] + axis[2] * xyz[3 * v + 2]));
        }
      }
      split[list[i]] = name;
    }
  }
  return { xref: Uint32Array.from(xref), triangles: split, place: Float32Array.from(place) };
}
