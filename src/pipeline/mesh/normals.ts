/** Normals of vertices from triangles. */

/** Below this length, in units of the summed weights, the faces around a vertex cancel each other. */
const CANCELED = 1e-6;

/**
 * Smooth normals: around a vertex, each face's normal counts by the face's angle there, so that they do not depend on how a flat
 * part is cut into triangles. Thürmer and Wüthrich, "Computing Vertex Normals from Polygonal Facets", 1998.
 * Where the faces around a vertex cancel each other, the normal is the one of its largest face; where that has no area either, and
 * for vertices without a face, it is (0, 0, -1), towards the camera.
 * @param xyz [n, 3] positions
 * @param triangles [m, 3] vertices, counterclockwise as seen from outside
 * @returns [n, 3] unit vectors that point outwards
 */
export function vertexNormals(xyz: Float32Array, triangles: Uint32Array): Float32Array {
  const n = xyz.length / 3;
  const sum = new Float64Array(3 * n);
  const weights = new Float64Array(n);
  const largest = new Float64Array(n);
  const largestFace = new Uint32Array(n);
  for (let t = 0; t < triangles.length; t += 3) {
    const [normal, doubleArea] = faceNormal(xyz, triangles, t);
    if (doubleArea === 0) continue;
    for (let corner = 0; corner < 3; corner++) {
      const v = triangles[t + corner];
      const angle = angleAt(xyz, v, triangles[t + ((corner + 1) % 3)], triangles[t + ((corner + 2) % 3)], doubleArea);
      for (let axis = 0; axis < 3; axis++) sum[3 * v + axis] += angle * normal[axis];
      weights[v] += angle;
      if (doubleArea > largest[v]) {
        largest[v] = doubleArea;
        largestFace[v] = t;
      }
    }
  }
  const normals = new Float32Array(3 * n);
  for (let v = 0; v < n; v++) {
    const at = 3 * v;
    const length = Math.hypot(sum[at], sum[at + 1], sum[at + 2]);
    if (length > CANCELED * weights[v]) {
      for (let axis = 0; axis < 3; axis++) normals[at + axis] = sum[at + axis] / length;
    } else if (largest[v] > 0) {
      normals.set(faceNormal(xyz, triangles, largestFace[v])[0], at);
    } else {
      normals[at + 2] = -1;
    }
  }
  return normals;
}

/** One object for all faces: it is read before the next call. */
const unit = new Float64Array(3);

/** The unit normal of the triangle that starts at `t` and twice its area; zeros if it has no area. */
function faceNormal(xyz: Float32Array, triangles: Uint32Array, t: number): [Float64Array, number] {
  const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
  const [ux, uy, uz] = [xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]];
  const [vx, vy, vz] = [xyz[c] - xyz[a], xyz[c + 1] - xyz[a + 1], xyz[c + 2] - xyz[a + 2]];
  const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const length = Math.hypot(x, y, z);
  const scale = length > 0 ? 1 / length : 0;
  unit[0] = x * scale;
  unit[1] = y * scale;
  unit[2] = z * scale;
  return [unit, length];
}

/** The angle of a triangle at its vertex `v`. The sine of an angle times both edges is twice the area. */
function angleAt(xyz: Float32Array, v: number, p: number, q: number, doubleArea: number): number {
  const [a, b, c] = [3 * v, 3 * p, 3 * q];
  const dot =
    (xyz[b] - xyz[a]) * (xyz[c] - xyz[a]) +
    (xyz[b + 1] - xyz[a + 1]) * (xyz[c + 1] - xyz[a + 1]) +
    (xyz[b + 2] - xyz[a + 2]) * (xyz[c + 2] - xyz[a + 2]);
  return Math.atan2(doubleArea, dot);
}
