/**
 * GLB (binary glTF 2.0) of surfaces: y up, in meters. Axes and colors are as in the GLB of points. A textured surface has
 * TEXCOORD_0 and a picture, another one COLOR_0. Never both: glTF multiplies them.
 */
import { Primitive, TextureInfo } from '@gltf-transform/core';
import { toGltfAxes } from '../axes.ts';
import { GltfFile } from '../gltf.ts';
import { checkSurface, type Surface } from './surface.ts';

/**
 * Encodes a surface in the camera's axes as a GLB file.
 * @param extras values that are stored in the scene, such as units and frame
 * @throws RangeError for a mesh that `checkSurface` refuses
 */
export async function encodeMeshGlb(mesh: Surface, extras: Record<string, unknown> = {}): Promise<Uint8Array> {
  const file = new GltfFile(extras);
  addSurface(file, mesh, 'object', 'surface');
  return file.encode();
}

/** A surface with its name. */
export interface NamedSurface {
  readonly name: string;
  readonly mesh: Surface;
}

/**
 * Encodes several surfaces in the camera's axes as one GLB file: a node with a mesh and a material for each, all of its name. They
 * stand where the photo shows them.
 * @param extras values that are stored in the scene, such as units and frame
 * @throws RangeError if there is no surface, or for a mesh that `checkSurface` refuses
 */
export async function encodeSceneGlb(
  surfaces: readonly NamedSurface[],
  extras: Record<string, unknown> = {},
): Promise<Uint8Array> {
  if (surfaces.length === 0) throw new RangeError('GLB: there is no surface to write.');
  const file = new GltfFile(extras);
  for (const { name, mesh } of surfaces) addSurface(file, mesh, name, name);
  return file.encode();
}

/** Adds a surface to a file. @param name of its node @param kind name of its mesh and material */
function addSurface(file: GltfFile, mesh: Surface, name: string, kind: string): void {
  checkSurface('GLB', mesh);
  const object = file
    .add(name, kind, Primitive.Mode.TRIANGLES)
    .attribute('POSITION', 'VEC3', toGltfAxes(mesh.xyz))
    .attribute('NORMAL', 'VEC3', toGltfAxes(mesh.normals))
    .triangles(mesh.triangles, mesh.xyz.length / 3);
  if (!('uv' in mesh)) {
    object.colors(mesh.rgb);
    return;
  }
  // A copy of its own: a small Uint8Array may be a view into a large shared buffer, as in Node.
  const picture = file.document.createTexture('colors').setImage(Uint8Array.from(mesh.texture.bytes));
  object.attribute('TEXCOORD_0', 'VEC2', Float32Array.from(mesh.uv));
  object.material.setBaseColorTexture(picture.setMimeType(mesh.texture.mimeType));
  object.material
    .getBaseColorTextureInfo()!
    .setMagFilter(TextureInfo.MagFilter.LINEAR)
    .setMinFilter(TextureInfo.MinFilter.LINEAR_MIPMAP_LINEAR)
    .setWrapS(TextureInfo.WrapMode.CLAMP_TO_EDGE)
    .setWrapT(TextureInfo.WrapMode.CLAMP_TO_EDGE);
}
