import { Color, Mesh, type BufferGeometry } from 'three';
import { MTLLoader } from 'three/examples/jsm/loaders/MTLLoader.js';
import { OBJLoader } from 'three/examples/jsm/loaders/OBJLoader.js';
import { describe, expect, it } from 'vitest';
import { encodeMeshObj } from '../../../src/io/mesh/obj.ts';
import { corners, expectTriangles, torusToEncode, yUp } from '../../setup/meshFiles.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The one surface of an OBJ file; three writes out the corners of its triangles. */
function read(bytes: Uint8Array): BufferGeometry {
  const { children } = new OBJLoader().parse(text(bytes));
  expect(children).toHaveLength(1);
  return (children[0] as Mesh).geometry;
}

describe('the OBJ of a mesh', () => {
  it('with vertex colors is one file, read back by three with y up', async () => {
    const { closed } = await torusToEncode();
    const files = encodeMeshObj(closed, 'duck');
    expect(Object.keys(files)).toEqual(['duck.obj']);
    const { position, normal, color } = read(files['duck.obj']).attributes;
    expectTriangles(position.array, corners(closed, yUp));
    expect(Float32Array.from(normal.array)).toEqual(
      Float32Array.from(corners({ ...closed, xyz: closed.normals }, yUp), (value) => value + 0),
    );
    // three turns sRGB into linear light when it reads.
    const corner = 123;
    const found = new Color().fromArray(color.array, 3 * corner).getHex();
    const [red, green, blue] = closed.rgb.subarray(3 * closed.triangles[corner]);
    expect(found).toBe((red << 16) | (green << 8) | blue);
  });

  it('with a texture names a material, which names the picture', async () => {
    const { textured } = await torusToEncode();
    const files = encodeMeshObj(textured, 'duck');
    expect(Object.keys(files)).toEqual(['duck.obj', 'duck.mtl', 'duck.png']);
    expect(files['duck.png']).toBe(textured.texture.bytes);
    expect(text(files['duck.obj'])).toMatch(/^# y up, meters\nmtllib duck.mtl\nv /);
    expect(text(files['duck.obj'])).toContain('\nusemtl surface\n');
    const { materialsInfo } = new MTLLoader().parse(text(files['duck.mtl']), '');
    expect(materialsInfo.surface.map_kd).toBe('duck.png');
    expect(materialsInfo.surface.kd).toEqual([1, 1, 1]);
  });

  it('has places in the texture from its bottom left corner', async () => {
    const { textured } = await torusToEncode();
    const { position, uv } = read(encodeMeshObj(textured, 'duck')['duck.obj']).attributes;
    expectTriangles(position.array, corners(textured, yUp));
    const expected = [...textured.triangles].flatMap((vertex) => [
      textured.uv[2 * vertex],
      Math.fround(1 - textured.uv[2 * vertex + 1]),
    ]);
    expect([...uv.array]).toEqual(expected);
  });

  it('has the extension of a JPEG', async () => {
    const { textured } = await torusToEncode();
    const files = encodeMeshObj({ ...textured, texture: { bytes: new Uint8Array(2), mimeType: 'image/jpeg' } }, 'a');
    expect(Object.keys(files)).toEqual(['a.obj', 'a.mtl', 'a.jpg']);
  });

  it.each(['', 'my duck', 'out/duck', 'a\\b', '#a'])('refuses the name %j', async (name) => {
    const { closed } = await torusToEncode();
    expect(() => encodeMeshObj(closed, name)).toThrow('must be a name without spaces, slashes and #');
  });
});
