/** The meshes that files are made from, and the check that all mesh formats share. */
import type { Mesh, TexturedMesh } from '../../pipeline/mesh.ts';

/** A picture as the bytes of an image file. Hosts encode it: the writers of files are the same everywhere. */
export interface EncodedTexture {
  readonly bytes: Uint8Array;
  readonly mimeType: 'image/png' | 'image/jpeg';
}

/** A textured mesh whose picture is encoded. */
export interface EncodedTexturedMesh extends Omit<TexturedMesh, 'texture'> {
  readonly texture: EncodedTexture;
}

/** A mesh with colors at its vertices, or with a texture. */
export type Surface = Mesh | EncodedTexturedMesh;

/** How far the length of a normal may be from 1. The validator of glTF refuses more than 0.0067. */
const UNIT_TOLERANCE = 0.005;

/**
 * Checks a mesh before it is written.
 * @param format what errors begin with
 * @throws RangeError if there are no triangles, lengths disagree, a position, normal or texture coordinate is not finite, a
 *   normal has not length 1, or a triangle has no such vertex or one of them twice
 */
export function checkSurface(format: string, mesh: Surface): void {
  const fail = (problem: string): never => {
    throw new RangeError(`${format}: ${problem}`);
  };
  const { xyz, normals, triangles } = mesh;
  if (xyz.length === 0 || triangles.length === 0) {
    fail('the mesh is empty, and there is no surface to write. Lower the threshold.');
  }
  if (xyz.length % 3 !== 0) fail(`xyz holds ${xyz.length} values, not three for each vertex.`);
  if (triangles.length % 3 !== 0) fail(`triangles holds ${triangles.length} values, not three for each triangle.`);
  const vertices = xyz.length / 3;
  const lists: [string, ArrayLike<number>, number][] = [
    ['normals', normals, 3],
    'uv' in mesh ? ['uv', mesh.uv, 2] : ['rgb', mesh.rgb, 3],
  ];
  for (const [name, { length }, width] of lists) {
    const expected = width * vertices;
    if (length !== expected) fail(`${name} holds ${length} values, but ${vertices} vertices need ${expected}.`);
  }

  const numbers: [string, Float32Array, number][] = [
    ['position', xyz, 3],
    ['normal', normals, 3],
    ...('uv' in mesh ? [['texture coordinate', mesh.uv, 2] as [string, Float32Array, number]] : []),
  ];
  for (const [name, values, width] of numbers) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) fail(`the ${name} of vertex ${Math.floor(bad / width)} is not finite: ${values[bad]}.`);
  }
  for (let vertex = 0; vertex < vertices; vertex++) {
    const length = Math.hypot(...normals.subarray(3 * vertex, 3 * vertex + 3));
    if (Math.abs(length - 1) > UNIT_TOLERANCE) {
      fail(`the normal of vertex ${vertex} has length ${length.toPrecision(3)}; it must be 1.`);
    }
  }
  for (let i = 0; i < triangles.length; i += 3) {
    const corners = [...triangles.subarray(i, i + 3)];
    const missing = corners.find((vertex) => vertex >= vertices);
    if (missing !== undefined) fail(`triangle ${i / 3} has vertex ${missing}, but there are ${vertices}.`);
    if (new Set(corners).size < 3) fail(`triangle ${i / 3} has a vertex twice: ${corners.join(', ')}.`);
  }
}

/** The usual extension of an encoded picture. */
export const textureExtension = ({ mimeType }: EncodedTexture): string => (mimeType === 'image/png' ? 'png' : 'jpg');
