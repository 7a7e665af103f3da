/** Fewer triangles, still closed. */
import type { Mesh } from '../mesh.ts';
import { inspectMesh, partsOf, problemsOf } from './closed.ts';
import { mend, type Soup } from './mend.ts';
import { vertexNormals } from './normals.ts';

/** How much a full change of a color counts, against a change of place by the size of the mesh. */
const COLOR_WEIGHT = 0.3;
/** The error, in units of the mesh's size, is no reason to stop: the number of faces decides. */
const ANY_ERROR = 1;
/** The smallest closed mesh is a tetrahedron. */
const FEWEST = 4;

/**
 * Collapses edges until a closed mesh has about `faces` faces, keeping its shape and its colors: meshoptimizer, which measures
 * errors by quadrics. Garland and Heckbert, "Simplifying Surfaces with Color and Texture using Quadric Error Metrics", 1998.
 * What a collapse glues together is cut apart again, which may add a few faces. Parts that become flat vanish.
 * @param faces wanted; a mesh that has no more is returned as it is
 * @returns a closed mesh: `problemsOf` finds nothing
 * @throws RangeError unless `faces` is a positive integer
 * @throws Error if the mesh is not closed
 */
export async function simplify<M extends Omit<Mesh, 'normals'>>(mesh: M, faces: number): Promise<M | Mesh> {
  if (!(Number.isInteger(faces) && faces > 0)) {
    throw new RangeError(`A mesh cannot have ${faces} faces. Give a positive integer, such as 50000.`);
  }
  if (mesh.triangles.length <= 3 * faces) return mesh;
  const { MeshoptSimplifier: simplifier } = await import('meshoptimizer/simplifier');
  await simplifier.ready;
  const wanted = Math.max(faces, FEWEST);
  const [triangles] = simplifier.simplifyWithAttributes(
    mesh.triangles,
    mesh.xyz,
    3,
    Float32Array.from(mesh.rgb).map((byte) => byte / 255),
    3,
    [COLOR_WEIGHT, COLOR_WEIGHT, COLOR_WEIGHT],
    null,
    3 * Math.min(wanted, mesh.triangles.length / 3),
    ANY_ERROR,
  );
  const simplified = meshOf(mended(mesh, triangles));
  const problems = problemsOf(inspectMesh(simplified));
  if (problems !== undefined) {
    const before = problemsOf(inspectMesh(mesh));
    const reason = before === undefined ? 'Ask for more faces.' : `It was not closed before: ${before}.`;
    throw new Error(
      `A mesh of ${mesh.triangles.length / 3} faces was reduced to ${faces} and has ${problems}. ${reason}`,
    );
  }
  return simplified;
}

function mended(mesh: Omit<Mesh, 'normals'>, triangles: Uint32Array): Soup {
  const part = partsOf(mesh.triangles, mesh.xyz.length / 3);
  const soup = compact({ xyz: mesh.xyz, rgb: mesh.rgb, part, triangles });
  mend(soup);
  return compact(soup);
}

/** Leaves out vertices without a face. */
function compact(from: { [name in keyof Soup]: ArrayLike<number> }): Soup {
  const soup: Soup = { xyz: [], rgb: [], part: [], triangles: [] };
  const names = new Int32Array(from.part.length).fill(-1);
  for (let corner = 0; corner < from.triangles.length; corner++) {
    const v = from.triangles[corner];
    if (names[v] < 0) {
      names[v] = soup.part.length;
      soup.part.push(from.part[v]);
      for (let k = 0; k < 3; k++) {
        soup.xyz.push(from.xyz[3 * v + k]);
        soup.rgb.push(from.rgb[3 * v + k]);
      }
    }
    soup.triangles.push(names[v]);
  }
  return soup;
}

function meshOf(soup: Soup): Mesh {
  const xyz = Float32Array.from(soup.xyz);
  const triangles = Uint32Array.from(soup.triangles);
  return { xyz, normals: vertexNormals(xyz, triangles), rgb: Uint8Array.from(soup.rgb), triangles };
}
