import { describe, expect, it } from 'vitest';
import { encodeMesh, MESH_FORMATS } from '../../../src/io/index.ts';
import type { Surface } from '../../../src/io/mesh/surface.ts';
import { torusToEncode } from '../../setup/meshFiles.ts';

/** The values with one of them changed. */
function changed<T extends Float32Array | Uint32Array>(values: T, at: number, value: number): T {
  const copy = values.slice() as T;
  copy[at] = value;
  return copy;
}

/** The torus, wrong in one way. */
const CASES: [string, (mesh: Surface) => object, string | RegExp][] = [
  ['no triangles', () => ({ triangles: new Uint32Array() }), 'the mesh is empty'],
  ['no vertices', () => ({ xyz: new Float32Array() }), 'the mesh is empty'],
  ['half a position', ({ xyz }) => ({ xyz: xyz.slice(1) }), /xyz holds \d+ values, not three for each vertex/],
  ['half a triangle', ({ triangles }) => ({ triangles: triangles.slice(1) }), 'triangles holds 1727 values, not three'],
  [
    'a normal too few',
    ({ normals }) => ({ normals: normals.slice(3) }),
    /normals holds \d+ values, but \d+ vertices need/,
  ],
  ['a position of NaN', ({ xyz }) => ({ xyz: changed(xyz, 7, NaN) }), 'the position of vertex 2 is not finite: NaN.'],
  [
    'an infinite normal',
    ({ normals }) => ({ normals: changed(normals, 3, Infinity) }),
    'the normal of vertex 1 is not finite',
  ],
  [
    'a short normal',
    ({ normals }) => ({ normals: normals.map((v, i) => (i < 3 ? v / 2 : v)) }),
    'the normal of vertex 0 has length 0.500',
  ],
  [
    'a vertex that is not there',
    ({ triangles }) => ({ triangles: changed(triangles, 4, 999) }),
    'triangle 1 has vertex 999, but there are',
  ],
  [
    'a vertex twice',
    ({ triangles }) => ({ triangles: changed(triangles, 4, triangles[3]) }),
    'triangle 1 has a vertex twice: 0, 0, ',
  ],
];

describe('a mesh with', () => {
  it.each(CASES)('%s is refused by every format', async (_, wrong, message) => {
    const { closed, textured } = await torusToEncode();
    const mesh = { closed: { ...closed, ...wrong(closed) }, textured: { ...textured, ...wrong(textured) } };
    for (const { name } of MESH_FORMATS) {
      const error = await encodeMesh(name, mesh, 'a').catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RangeError);
      expect((error as Error).message).toMatch(new RegExp(`^${name.toUpperCase()}: `));
      expect(() => {
        throw error;
      }).toThrow(message);
    }
  });

  it('a color too few is refused', async () => {
    const { closed } = await torusToEncode();
    const mesh = { closed: { ...closed, rgb: closed.rgb.slice(3) } };
    await expect(encodeMesh('ply', mesh, 'a')).rejects.toThrow('PLY: rgb holds 861 values, but 288 vertices need 864.');
  });

  it('a place in the texture too few, or one of NaN, is refused', async () => {
    const mesh = await torusToEncode();
    const { uv } = mesh.textured;
    const few = { ...mesh, textured: { ...mesh.textured, uv: uv.slice(2) } };
    await expect(encodeMesh('usdz', few, 'a')).rejects.toThrow('USDZ: uv holds 648 values, but 325 vertices need 650.');
    const nan = { ...mesh, textured: { ...mesh.textured, uv: changed(uv, 5, NaN) } };
    await expect(encodeMesh('usdz', nan, 'a')).rejects.toThrow(
      'USDZ: the texture coordinate of vertex 2 is not finite',
    );
  });
});
