import { WebIO, type Primitive } from '@gltf-transform/core';
import { validateBytes } from 'gltf-validator';
import { describe, expect, it } from 'vitest';
import { encodeGlb } from '../../../src/io/index.ts';
import { encodeMeshGlb } from '../../../src/io/mesh/glb.ts';
import { corners, expectTriangles, pixelOf, torusToEncode, yUp } from '../../setup/meshFiles.ts';
import { torus } from '../../setup/meshes.ts';

async function read(bytes: Uint8Array): Promise<Primitive> {
  const document = await new WebIO().readBinary(bytes);
  const meshes = document.getRoot().listMeshes();
  expect(meshes).toHaveLength(1);
  expect(meshes[0].listPrimitives()).toHaveLength(1);
  return meshes[0].listPrimitives()[0];
}

const arrayOf = (primitive: Primitive, semantic: string) => primitive.getAttribute(semantic)!.getArray()!;

describe('the GLB of a mesh', () => {
  it.each(['vertex colors', 'a texture', 'points'])('with %s is found valid by the Khronos validator', async (kind) => {
    const { closed, textured } = await torusToEncode();
    const bytes =
      kind === 'points'
        ? await encodeGlb(closed, { frame: 'y up' })
        : await encodeMeshGlb(kind === 'a texture' ? textured : closed, { frame: 'y up' });
    const { issues } = await validateBytes(bytes);
    expect(issues.messages).toEqual([]);
  });

  it('holds the triangles and normals with y up', async () => {
    const mesh = torus();
    const primitive = await read(await encodeMeshGlb(mesh));
    expect(primitive.getMode()).toBe(4);
    const file = { xyz: arrayOf(primitive, 'POSITION'), triangles: primitive.getIndices()!.getArray()! };
    expectTriangles(corners(file), corners(mesh, yUp));
    const normals = { xyz: arrayOf(primitive, 'NORMAL'), triangles: file.triangles };
    expect(corners(normals)).toEqual(corners({ ...mesh, xyz: mesh.normals }, yUp).map((value) => value + 0));
    expect(primitive.getMaterial()!.getDoubleSided()).toBe(false);
    expect([primitive.getMaterial()!.getMetallicFactor(), primitive.getMaterial()!.getRoughnessFactor()]).toEqual([
      0, 1,
    ]);
  });

  it('has linear colors at the vertices, and no texture', async () => {
    const mesh = torus();
    const primitive = await read(await encodeMeshGlb(mesh));
    expect(primitive.listSemantics().sort()).toEqual(['COLOR_0', 'NORMAL', 'POSITION']);
    const color = primitive.getAttribute('COLOR_0')!;
    const toSrgb = (x: number) => Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
    const found = Array.from({ length: color.getCount() }, (_, i) => color.getElement(i, []).slice(0, 3).map(toSrgb));
    expect(found.flat()).toEqual([...mesh.rgb]);
  });

  it('has a texture with its picture, and no colors at the vertices', async () => {
    const { textured } = await torusToEncode();
    const primitive = await read(await encodeMeshGlb(textured));
    expect(primitive.listSemantics().sort()).toEqual(['NORMAL', 'POSITION', 'TEXCOORD_0']);
    expect([...arrayOf(primitive, 'TEXCOORD_0')]).toEqual([...textured.uv]);
    const file = { xyz: arrayOf(primitive, 'POSITION'), triangles: primitive.getIndices()!.getArray()! };
    expectTriangles(corners(file), corners(textured, yUp));
    const material = primitive.getMaterial()!;
    const picture = material.getBaseColorTexture()!;
    expect(picture.getMimeType()).toBe('image/png');
    expect(await pixelOf(picture.getImage()!, 8, 0)).toEqual([
      Math.round((255 * 8.5) / 32),
      Math.round((255 * 0.5) / 32),
      96,
    ]);
    const info = material.getBaseColorTextureInfo()!;
    expect([info.getMagFilter(), info.getMinFilter(), info.getWrapS(), info.getWrapT()]).toEqual([
      9729, 9987, 33071, 33071,
    ]);
  });

  it('names the type of a JPEG', async () => {
    const { textured } = await torusToEncode();
    const texture = { bytes: Uint8Array.of(0xff, 0xd8), mimeType: 'image/jpeg' as const };
    const primitive = await read(await encodeMeshGlb({ ...textured, texture }));
    expect(primitive.getMaterial()!.getBaseColorTexture()!.getMimeType()).toBe('image/jpeg');
  });

  it.each([
    [65535, Uint16Array],
    [65536, Uint32Array],
  ])('of %d vertices has indices that never are the largest of their type', async (vertices, type) => {
    const rows = { xyz: new Float32Array(3 * vertices), normals: new Float32Array(3 * vertices) };
    for (let i = 0; i < vertices; i++) rows.normals[3 * i] = 1;
    const mesh = { ...rows, rgb: new Uint8Array(3 * vertices), triangles: Uint32Array.of(0, 1, vertices - 1) };
    const indices = (await read(await encodeMeshGlb(mesh))).getIndices()!.getArray()!;
    expect(indices).toBeInstanceOf(type);
    expect([...indices]).toEqual([0, 1, vertices - 1]);
  });
});
