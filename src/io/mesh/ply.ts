/**
 * PLY of a closed mesh, binary little-endian, in the camera's frame: vertices with x, y, z, nx, ny, nz as float and
 * red, green, blue as uchar; faces with their three vertices.
 */
import type { Mesh } from '../../pipeline/mesh.ts';
import { plyHeader } from '../plyHeader.ts';
import { checkSurface } from './surface.ts';

const BYTES_PER_VERTEX = 27;
const BYTES_PER_TRIANGLE = 13;

/**
 * Encodes a mesh as a PLY file. Axes and units stay as they are.
 * @param comments lines for the header, such as units and frame
 * @throws RangeError for a mesh that `checkSurface` refuses, or if a comment holds a line break
 */
export function encodeMeshPly(mesh: Mesh, comments: readonly string[] = []): Uint8Array {
  checkSurface('PLY', mesh);
  const vertices = mesh.xyz.length / 3;
  const count = mesh.triangles.length / 3;
  const header = plyHeader(
    [
      { name: 'vertex', count: vertices, properties: ['float x y z nx ny nz', 'uchar red green blue'] },
      { name: 'face', count, properties: ['list uchar uint vertex_indices'] },
    ],
    comments,
  );
  const bytes = new Uint8Array(header.length + vertices * BYTES_PER_VERTEX + count * BYTES_PER_TRIANGLE);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (let i = 0; i < 3 * vertices; i += 3) {
    for (let axis = 0; axis < 3; axis++) {
      view.setFloat32(at + 4 * axis, mesh.xyz[i + axis], true);
      view.setFloat32(at + 12 + 4 * axis, mesh.normals[i + axis], true);
      bytes[at + 24 + axis] = mesh.rgb[i + axis];
    }
    at += BYTES_PER_VERTEX;
  }
  for (let i = 0; i < 3 * count; i += 3) {
    bytes[at] = 3;
    for (let corner = 0; corner < 3; corner++) view.setUint32(at + 1 + 4 * corner, mesh.triangles[i + corner], true);
    at += BYTES_PER_TRIANGLE;
  }
  return bytes;
}
