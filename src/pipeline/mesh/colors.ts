/** Colors of vertices: the photo's where it shows them, and predicted ones that meet them without a step. */
import type { Mesh } from '../mesh.ts';
import { cornersOf, nextCorner } from './closed.ts';
import { LIGHT } from './light.ts';
import { edgeLength, sizeOf } from './measure.ts';
import type { Seen } from './seen.ts';

/** How far differences between photo and prediction reach beyond what is seen, as a share of the mesh's size. */
const REACH = 0.05;
/** How much a seen vertex holds its own difference, against one neighbor. */
const HOLD = 4;
/** Rounds of relaxation, each forward and backward: more than enough for the reach. */
const ROUNDS = 40;

/** Colors in linear light, as far as textures and vertices need them. */
export interface VertexColors {
  /** [n] how far the photo's color counts, 0..1. */
  readonly weight: Float32Array;
  /** [n, 3] the photo's color where it has a weight. */
  readonly photo: Float32Array;
  /** [n, 3] the mesh's own color, which meets the photo's where the weight ends. */
  readonly own: Float32Array;
}

/**
 * The mesh's own colors are moved towards the photo's by their difference, which is known where the photo shows the surface and
 * fades with the distance from there. It minimizes, over the edges of the mesh, squared steps of the moved colors, together with
 * their squared distance from the mesh's own: a screened Poisson equation, as in Bhat and others, "Fourier Analysis of the 2D Screened
 * Poisson Equation for Gradient Domain Problems", 2008. Solved by relaxation.
 */
export function vertexColors(mesh: Mesh, seen: Seen): VertexColors {
  const n = mesh.xyz.length / 3;
  const weight = new Float32Array(n);
  const photo = new Float32Array(3 * n);
  const own = Float32Array.from(mesh.rgb, (byte) => LIGHT[byte]);
  const { xyz, normals } = mesh;
  for (let v = 0, at = 0; v < n; v++, at += 3) {
    weight[v] = seen.weight(xyz[at], xyz[at + 1], xyz[at + 2], normals[at], normals[at + 1], normals[at + 2]);
    if (weight[v] > 0) seen.color(xyz[at], xyz[at + 1], xyz[at + 2], photo.subarray(at, at + 3));
  }
  const change = spreadDifference(mesh, weight, photo, own);
  return { weight, photo, own: own.map((light, i) => Math.min(1, Math.max(0, light + change[i]))) };
}

function spreadDifference(mesh: Mesh, weight: Float32Array, photo: Float32Array, own: Float32Array): Float32Array {
  const { xyz, triangles } = mesh;
  const n = weight.length;
  const change = new Float32Array(3 * n);
  if (!weight.some((w) => w > 0)) return change;
  const { start, list } = cornersOf(triangles, n);
  // On a lattice of this edge length, a change fades to 1 / e over the reach.
  const fade = (edgeLength(mesh) / (REACH * sizeOf(xyz))) ** 2 / 4;
  const neighbors = list.map((corner) => 3 * triangles[nextCorner(corner)]);
  const relax = (v: number) => {
    const [first, end, at] = [start[v], start[v + 1], 3 * v];
    const hold = HOLD * weight[v];
    const total = hold + (end - first) * (1 + fade);
    let red = hold * (photo[at] - own[at]);
    let green = hold * (photo[at + 1] - own[at + 1]);
    let blue = hold * (photo[at + 2] - own[at + 2]);
    for (let i = first; i < end; i++) {
      const neighbor = neighbors[i];
      red += change[neighbor];
      green += change[neighbor + 1];
      blue += change[neighbor + 2];
    }
    change[at] = red / total;
    change[at + 1] = green / total;
    change[at + 2] = blue / total;
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let v = 0; v < n; v++) relax(v);
    for (let v = n - 1; v >= 0; v--) relax(v);
  }
  return change;
}
