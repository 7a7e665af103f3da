/**
 * Binary STL of a closed mesh, for printing: millimeters, z up. The format has no colors, units or axes; slicers take its
 * numbers for millimeters, and z for up. Each triangle holds its three positions, and slicers join corners at equal positions.
 */
import type { Mesh } from '../../pipeline/mesh.ts';
import { toPrintMillimeters } from '../axes.ts';
import { checkSurface } from './surface.ts';

// A header that begins with "solid" would make readers take the file for the text form of the format.
const HEADER = 'unflat: binary STL in millimeters, z up';
const HEADER_BYTES = 80;
const BYTES_PER_TRIANGLE = 50;

/**
 * Encodes a mesh in meters and the camera's axes as an STL file.
 * @throws RangeError for a mesh that `checkSurface` refuses
 */
export function encodeMeshStl(mesh: Mesh): Uint8Array {
  checkSurface('STL', mesh);
  const xyz = toPrintMillimeters(mesh.xyz);
  const count = mesh.triangles.length / 3;
  const bytes = new Uint8Array(HEADER_BYTES + 4 + count * BYTES_PER_TRIANGLE);
  bytes.set(new TextEncoder().encode(HEADER));
  const view = new DataView(bytes.buffer);
  view.setUint32(HEADER_BYTES, count, true);
  let at = HEADER_BYTES + 4;
  for (let i = 0; i < mesh.triangles.length; i += 3) {
    const corners = Array.from(mesh.triangles.subarray(i, i + 3), (vertex) => xyz.subarray(3 * vertex, 3 * vertex + 3));
    const values = [...facetNormal(corners), ...corners.flatMap((corner) => [...corner])];
    values.forEach((value, k) => view.setFloat32(at + 4 * k, value, true));
    at += BYTES_PER_TRIANGLE;
  }
  return bytes;
}

/** Unit normal of a triangle; 0, 0, 0 for one without an area, as readers expect. */
function facetNormal([a, b, c]: readonly Float32Array[]): [number, number, number] {
  const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
  const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const length = Math.hypot(x, y, z) || 1;
  return [x / length, y / length, z / length];
}
