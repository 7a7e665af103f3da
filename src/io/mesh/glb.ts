/**
 * GLB (binary glTF 2.0) of a surface: y up, in meters. Axes and colors are as in the GLB of points. A textured surface has
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
  checkSurface('GLB', mesh);
  const file = new GltfFile('surface', Primitive.Mode.TRIANGLES, extras)
    .attribute('POSITION', 'VEC3', toGltfAxes(mesh.xyz))
    .attribute('NORMAL', 'VEC3', toGltfAxes(mesh.normals))
    .triangles(mesh.triangles, mesh.xyz.length / 3);
  if (!('uv' in mesh)) return file.colors(mesh.rgb).encode();

  // A copy of its own: a small Uint8Array may be a view into a large shared buffer, as in Node.
  const picture = file.document.createTexture('colors').setImage(Uint8Array.from(mesh.texture.bytes));
  file.attribute('TEXCOORD_0', 'VEC2', Float32Array.from(mesh.uv));
  file.material.setBaseColorTexture(picture.setMimeType(mesh.texture.mimeType));
  file.material
    .getBaseColorTextureInfo()!
    .setMagFilter(TextureInfo.MagFilter.LINEAR)
    .setMinFilter(TextureInfo.MinFilter.LINEAR_MIPMAP_LINEAR)
    .setWrapS(TextureInfo.WrapMode.CLAMP_TO_EDGE)
    .setWrapT(TextureInfo.WrapMode.CLAMP_TO_EDGE);
  return file.encode();
}
