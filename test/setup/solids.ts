/** Files of small solids, for tests of pages. */
import { Document, WebIO } from '@gltf-transform/core';
import sharp from 'sharp';
import type { Sphere } from './sphere.ts';

/** A GLB of the sphere with a texture of one color. */
export async function sphereGlb({ xyz, normals, uv, triangles }: Sphere, background: string): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const accessor = (type: 'VEC2' | 'VEC3' | 'SCALAR', array: Float32Array | Uint32Array) =>
    document
      .createAccessor()
      .setType(type)
      .setArray(array as Float32Array<ArrayBuffer>)
      .setBuffer(buffer);
  const image = await sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer();
  const material = document
    .createMaterial()
    .setBaseColorTexture(document.createTexture().setImage(image).setMimeType('image/png'))
    .setMetallicFactor(0)
    .setRoughnessFactor(1);
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', accessor('VEC3', xyz))
    .setAttribute('NORMAL', accessor('VEC3', normals))
    .setAttribute('TEXCOORD_0', accessor('VEC2', uv))
    .setIndices(accessor('SCALAR', triangles))
    .setMaterial(material);
  document.createScene().addChild(document.createNode().setMesh(document.createMesh().addPrimitive(primitive)));
  return new WebIO().writeBinary(document);
}
