/** The file formats of surfaces: their names, what they are for, and how they are written. */
import type { Mesh } from '../../pipeline/mesh.ts';
import { encodeMeshGlb } from './glb.ts';
import type { MeshFormatName } from './names.ts';
import { encodeMeshObj } from './obj.ts';
import { encodeMeshPly } from './ply.ts';
import { encodeMeshStl } from './stl.ts';
import type { EncodedTexturedMesh } from './surface.ts';
import { encodeMesh3mf } from './threeMf.ts';
import { encodeMeshUsdz } from './usdz.ts';

/** One surface in the forms that files are made from, in meters in the photo's camera frame: x right, y down, z forward. */
export interface MeshToEncode {
  /** The closed mesh with colors at its vertices. */
  readonly closed: Mesh;
  /** The same surface with a texture, if there is one. */
  readonly textured?: EncodedTexturedMesh;
}

/** A file format of surfaces. */
export interface MeshFormat {
  readonly name: MeshFormatName;
  /** Of the main file, with its dot. */
  readonly extension: string;
  /** One sentence: what it is for, its axes and its unit. */
  readonly about: string;
  /**
   * What the file is written from. `closed`: the mesh with colors at its vertices. `textured`: the mesh with a texture, which
   * must be there. `either`: the mesh with a texture if there is one, otherwise the closed one.
   */
  readonly needs: 'closed' | 'textured' | 'either';
}

interface Writer extends MeshFormat {
  /** @returns the files by name; @param name of the files, without an extension */
  encode(mesh: MeshToEncode, name: string): Promise<Record<string, Uint8Array>> | Record<string, Uint8Array>;
}

const FRAME = 'camera frame in meters: x right, y down, z forward';

const WRITERS: readonly Writer[] = [
  {
    name: 'glb',
    extension: '.glb',
    about: 'For viewers, the web and Blender: one file, with its texture (glTF 2.0; y up, meters).',
    needs: 'either',
    encode: async ({ closed, textured }, name) => ({
      [`${name}.glb`]: await encodeMeshGlb(textured ?? closed, { frame: `y up; from the ${FRAME}` }),
    }),
  },
  {
    name: 'ply',
    extension: '.ply',
    about: "For MeshLab and measuring: colors at the vertices, in the camera's frame (y down, meters).",
    needs: 'closed',
    encode: ({ closed }, name) => ({ [`${name}.ply`]: encodeMeshPly(closed, [FRAME]) }),
  },
  {
    name: 'obj',
    extension: '.obj',
    about: 'For nearly every 3D program: text, with a material file and a picture beside it (y up, meters).',
    needs: 'either',
    encode: ({ closed, textured }, name) => encodeMeshObj(textured ?? closed, name),
  },
  {
    name: 'stl',
    extension: '.stl',
    about: 'For 3D printing in one color (z up, millimeters).',
    needs: 'closed',
    encode: ({ closed }, name) => ({ [`${name}.stl`]: encodeMeshStl(closed) }),
  },
  {
    name: 'usdz',
    extension: '.usdz',
    about: 'For iPhone and iPad, which open it in augmented reality: one file, with its texture (y up, meters).',
    needs: 'textured',
    encode: ({ textured }, name) => {
      if (textured === undefined) {
        const others = namesOf(WRITERS.filter(({ needs }) => needs !== 'textured'));
        throw new RangeError(
          `USDZ: the file needs a texture, and this surface has none. Make one, or write ${others}.`,
        );
      }
      return { [`${name}.usdz`]: encodeMeshUsdz(textured) };
    },
  },
  {
    name: '3mf',
    extension: '.3mf',
    about: 'For 3D printing in color: colors at the vertices (z up, millimeters).',
    needs: 'closed',
    encode: ({ closed }, name) => ({ [`${name}.3mf`]: encodeMesh3mf(closed) }),
  },
];

/** The file formats of surfaces that `encodeMesh` writes. */
export const MESH_FORMATS: readonly MeshFormat[] = WRITERS.map(({ encode: _, ...format }) => format);

/**
 * Encodes a surface in a format of `MESH_FORMATS`.
 * @param format its name
 * @param name of the files, without an extension
 * @returns the bytes of each file by its name: one file, except for OBJ with a texture, which is three
 * @throws RangeError for an unknown format, a format that needs a texture without one, a name with spaces or slashes for OBJ,
 *   or a mesh that is empty or damaged: lengths disagree, numbers are not finite, normals are not unit vectors, or triangles
 *   have vertices that do not exist
 */
export async function encodeMesh(
  format: MeshFormatName,
  mesh: MeshToEncode,
  name: string,
): Promise<Record<string, Uint8Array>> {
  const writer = WRITERS.find((known) => known.name === format);
  if (writer === undefined) {
    throw new RangeError(`The mesh format ${JSON.stringify(format)} is unknown. It must be ${namesOf(WRITERS)}.`);
  }
  return writer.encode(mesh, name);
}

/** "glb, ply or obj". */
function namesOf(formats: readonly MeshFormat[]): string {
  const names = formats.map(({ name }) => name);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
