/** Points spread evenly over a mesh, so that it is measured as a surface and not by where its vertices happen to lie. */
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { Mesh } from '../../src/pipeline/mesh.ts';

/**
 * Steps of the sequence R2, which fills the unit square evenly: the powers of 1 / p, where p^3 = p + 1. Martin Roberts, "The
 * unreasonable effectiveness of quasirandom sequences", 2018.
 */
const [STEP_U, STEP_V] = [0.7548776662466927, 0.5698402909980532];

/**
 * Samples a mesh evenly by area, the same points every time. The triangles, one after the other, are cut into `count` parts
 * of the same area, with a point in each. Places inside a triangle: Osada et al., "Shape distributions", 2002, section 3.1.
 * @returns points with the colors of the surface between its vertices; none if the mesh has no triangles
 * @throws RangeError if the area is not a positive number
 */
export function sampleMesh({ xyz, rgb, triangles }: Mesh, count: number): ColoredPoints {
  if (triangles.length === 0) return { xyz: new Float32Array(0), rgb: new Uint8Array(0) };
  /** Area of all triangles up to this one. */
  const areas = new Float64Array(triangles.length / 3);
  areas.forEach((_, t) => (areas[t] = (t > 0 ? areas[t - 1] : 0) + areaOf(xyz, triangles, 3 * t)));
  const area = areas[areas.length - 1];
  if (!(area > 0 && area < Infinity))
    throw new RangeError(`The mesh has an area of ${area}: it has no points to measure.`);
  const out = { xyz: new Float32Array(3 * count), rgb: new Uint8Array(3 * count) };
  let t = 0;
  for (let i = 0; i < count; i++) {
    while (areas[t] < ((i + 0.5) / count) * area) t++;
    const root = Math.sqrt((i * STEP_U) % 1);
    const v = (i * STEP_V) % 1;
    const weights = [1 - root, root * (1 - v), root * v];
    for (let k = 0; k < 3; k++) {
      const mean = (of: ArrayLike<number>): number =>
        weights.reduce((sum, weight, corner) => sum + weight * of[3 * triangles[3 * t + corner] + k], 0);
      out.xyz[3 * i + k] = mean(xyz);
      out.rgb[3 * i + k] = Math.round(mean(rgb));
    }
  }
  return out;
}

/** @param start of the triangle in `triangles` */
function areaOf(xyz: Float32Array, triangles: Uint32Array, start: number): number {
  const [a, b, c] = [3 * triangles[start], 3 * triangles[start + 1], 3 * triangles[start + 2]];
  const [ux, uy, uz] = [xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]];
  const [vx, vy, vz] = [xyz[c] - xyz[a], xyz[c + 1] - xyz[a + 1], xyz[c + 2] - xyz[a + 2]];
  return Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx) / 2;
}
