import { describe, expect, it } from 'vitest';
import { encodeMesh, MESH_FORMATS, type MeshFormatName } from '../../../src/io/index.ts';
import { torusToEncode } from '../../setup/meshFiles.ts';

const ascii = (bytes: Uint8Array, length: number) => new TextDecoder('latin1').decode(bytes.subarray(0, length));

describe('the formats of meshes', () => {
  it('are six, each with its extension and a sentence', () => {
    expect(MESH_FORMATS.map(({ name }) => name)).toEqual(['glb', 'ply', 'obj', 'stl', 'usdz', '3mf']);
    for (const { name, extension, about } of MESH_FORMATS) {
      expect(extension).toBe(`.${name}`);
      expect(about).toMatch(/^For .*(meters|millimeters)\)\.$/);
    }
  });

  it.each([
    ['glb', ['a.glb'], 'glTF'],
    ['ply', ['a.ply'], 'ply\n'],
    ['obj', ['a.obj', 'a.mtl', 'a.png'], '# y up'],
    ['stl', ['a.stl'], 'unflat'],
    ['usdz', ['a.usdz'], 'PK\x03\x04'],
    ['3mf', ['a.3mf'], 'PK\x03\x04'],
  ] as const)('write %s as %j', async (format, names, begin) => {
    const files = await encodeMesh(format, await torusToEncode(), 'a');
    expect(Object.keys(files)).toEqual(names);
    expect(ascii(files[names[0]], begin.length)).toBe(begin);
  });

  it('take the vertex colors where there is no texture, but for USDZ', async () => {
    const { closed } = await torusToEncode();
    for (const { name, needs } of MESH_FORMATS) {
      if (needs === 'textured') {
        await expect(encodeMesh(name, { closed }, 'a')).rejects.toThrow(
          'USDZ: the file needs a texture, and this surface has none. Make one, or write glb, ply, obj, stl or 3mf.',
        );
      } else expect(Object.keys(await encodeMesh(name, { closed }, 'a'))).toEqual([`a.${name}`]);
    }
  });

  it('are the same bytes for the same mesh', async () => {
    const mesh = await torusToEncode();
    for (const { name } of MESH_FORMATS) {
      expect(await encodeMesh(name, mesh, 'a')).toEqual(await encodeMesh(name, mesh, 'a'));
    }
  });

  it('are named for one that is unknown', async () => {
    const mesh = await torusToEncode();
    await expect(encodeMesh('fbx' as MeshFormatName, mesh, 'a')).rejects.toThrow(
      'The mesh format "fbx" is unknown. It must be glb, ply, obj, stl, usdz or 3mf.',
    );
  });
});
