/** Small solids for tests of meshes and pages. */
import { Document, WebIO } from '@gltf-transform/core';
import sharp from 'sharp';

/** A sphere: its corners in rows from the top, triangles counterclockwise as seen from outside (y up). */
export interface Sphere {
  /** [n, 3] positions. */
  readonly xyz: Float32Array;
  /** [n, 3] unit vectors. */
  readonly normals: Float32Array;
  /** [n, 2] places in a texture. */
  readonly uv: Float32Array;
  /** [m, 3]. */
  readonly triangles: Uint32Array;
}

/** @param center in the axes of glTF: x right, y up, z towards the viewer */
export function sphere(center: readonly number[], radius: number, rows = 24): Sphere {
  const columns = 2 * rows;
  const normals: number[] = [];
  const uv: number[] = [];
  const triangles: number[] = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const [down, around] = [(Math.PI * row) / rows, (2 * Math.PI * column) / columns];
      normals.push(Math.sin(down) * Math.cos(around), Math.cos(down), -Math.sin(down) * Math.sin(around));
      uv.push(column / columns, row / rows);
      if (row === rows || column === columns) continue;
      const a = row * (columns + 1) + column;
      const b = a + columns + 1;
      triangles.push(a, b, a + 1, a + 1, b, b + 1);
    }
  }
  return {
    xyz: Float32Array.from(normals, (value, i) => center[i % 3] + radius * value),
    normals: Float32Array.from(normals),
    uv: Float32Array.from(uv),
    triangles: Uint32Array.from(triangles),
  };
}

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
