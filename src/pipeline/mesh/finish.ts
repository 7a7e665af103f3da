/** From a dense closed mesh to the meshes that are saved: fewer faces, the photo's colors, a texture. */
import type { Mesh, TexturedMesh } from '../mesh.ts';
import { vertexColors } from './colors.ts';
import { edgeLength } from './measure.ts';
import { vertexNormals } from './normals.ts';
import { paint, paintVertices } from './paint.ts';
import { seenBy, type PhotoView } from './seen.ts';
import { simplify } from './simplify.ts';
import { unwrap, type Unwrapped } from './unwrap.ts';

export interface FinishOptions {
  /** Faces to keep, about. A mesh that has no more stays as it is. */
  readonly faces: number;
  /** Width and height of the texture in texels; 0 for none. */
  readonly texture: number;
  /** Stops between the steps. */
  readonly signal?: AbortSignal;
}

/** The same surface in both forms; triangles are in the same order. */
export interface FinishedMesh {
  /** Closed, with colors at its vertices. */
  readonly mesh: Mesh;
  /** Absent if no texture was asked for. */
  readonly textured?: TexturedMesh;
}

/**
 * Simplifies a closed mesh and colors it: from the photo where the camera sees the surface, off borders and not at a grazing
 * angle; from the mesh's own colors elsewhere, moved near the seen part so that the two meet without a step.
 * @param mesh closed, in meters in the camera's frame, with predicted colors at its vertices
 * @throws RangeError for numbers of faces and texels that cannot be, with what to give; if sizes of photo and mask disagree
 * @throws Error if the mesh is not closed
 */
export async function finishMesh(
  mesh: Omit<Mesh, 'normals'>,
  view: PhotoView,
  options: FinishOptions,
): Promise<FinishedMesh> {
  const { faces, texture: size, signal } = options;
  const simple = withNormals(await simplify(mesh, faces));
  await pause(signal);
  const unwrapped = size === 0 ? undefined : unwrap(simple, size);
  await pause(signal);
  const seen = seenBy(simple, view, unwrapped ? texelLength(simple, unwrapped) : edgeLength(simple));
  const colors = vertexColors(simple, seen);
  const colored = { ...simple, rgb: paintVertices(colors) };
  await pause(signal);
  if (!unwrapped) return { mesh: colored };
  const texture = paint(simple, unwrapped, colors, seen, size);
  return { mesh: colored, textured: { ...splitMesh(simple, unwrapped, size), texture } };
}

const withNormals = (mesh: Mesh | Omit<Mesh, 'normals'>): Mesh =>
  'normals' in mesh ? mesh : { ...mesh, normals: vertexNormals(mesh.xyz, mesh.triangles) };

/** Lets the host do what waits, and stops here if the caller wants to. */
async function pause(signal?: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  signal?.throwIfAborted();
}

/** Vertices split along the borders of charts, with their places as shares of the texture. */
function splitMesh({ xyz, normals }: Mesh, { xref, place, triangles }: Unwrapped, size: number) {
  const copy = (of: Float32Array) => {
    const out = new Float32Array(3 * xref.length);
    xref.forEach((v, i) => out.set(of.subarray(3 * v, 3 * v + 3), 3 * i));
    return out;
  };
  return { xyz: copy(xyz), normals: copy(normals), uv: place.map((x) => x / size), triangles };
}

/** Side of a texel on the surface, in meters: all charts have one scale, and lie flat along an axis. */
function texelLength({ xyz }: Mesh, { xref, place, triangles }: Unwrapped): number {
  let [inSpace, inTexture] = [0, 0];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b] = [triangles[t], triangles[t + 1]];
    const [p, q] = [3 * xref[a], 3 * xref[b]];
    inSpace += Math.hypot(xyz[p] - xyz[q], xyz[p + 1] - xyz[q + 1], xyz[p + 2] - xyz[q + 2]);
    inTexture += Math.hypot(place[2 * a] - place[2 * b], place[2 * a + 1] - place[2 * b + 1]);
  }
  return inSpace / inTexture;
}
