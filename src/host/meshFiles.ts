/** The files of an object's mesh, as both hosts write them. */
import { encodeMesh, encodeSceneGlb, type EncodedTexture, type MeshFormatName, MESH_FORMATS } from '../io/index.ts';
import type { Texture } from '../pipeline/mesh.ts';
import type { ObjectMesh } from '../pipeline/session/objectMesh.ts';

/**
 * Encodes a mesh in several formats; its texture is encoded once.
 * @param name of the files, without an extension
 * @returns the bytes of each file by its name
 * @throws RangeError as `encodeMesh`
 */
export async function meshFiles(
  { mesh, textured }: Pick<ObjectMesh, 'mesh' | 'textured'>,
  formats: readonly MeshFormatName[],
  name: string,
  encodeTexture: (texture: Texture) => Promise<EncodedTexture>,
): Promise<Record<string, Uint8Array>> {
  const isPainted = MESH_FORMATS.some((known) => formats.includes(known.name) && known.needs !== 'closed');
  const painted = isPainted && textured ? { ...textured, texture: await encodeTexture(textured.texture) } : undefined;
  const files: Record<string, Uint8Array> = {};
  for (const format of formats) {
    Object.assign(files, await encodeMesh(format, { closed: mesh, textured: painted }, name));
  }
  return files;
}

/** Name of the file that holds the meshes of several objects. */
export const SCENE_FILE = 'scene.glb';

/** An object of several; without a mesh, it does not stand in the scene's file. */
export interface SceneMesh {
  readonly name: string;
  readonly mesh?: Pick<ObjectMesh, 'mesh' | 'textured'>;
}

/**
 * Encodes the meshes of several objects as one GLB file, in the frame of the photo's camera with y up, in meters.
 * @throws RangeError if no object has a mesh
 */
export async function sceneFile(
  objects: readonly SceneMesh[],
  encodeTexture: (texture: Texture) => Promise<EncodedTexture>,
): Promise<Uint8Array> {
  const surfaces = await Promise.all(
    objects.flatMap(({ name, mesh: made }) => {
      if (!made) return [];
      const { mesh, textured } = made;
      const encoded = async () => textured && { ...textured, texture: await encodeTexture(textured.texture) };
      return [encoded().then((painted) => ({ name, mesh: painted ?? mesh }))];
    }),
  );
  return encodeSceneGlb(surfaces, { frame: 'y up; from the camera frame in meters: x right, y down, z forward' });
}
