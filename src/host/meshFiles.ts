/** The files of an object's mesh, as both hosts write them. */
import { encodeMesh, type EncodedTexture, type MeshFormatName, MESH_FORMATS } from '../io/index.ts';
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
