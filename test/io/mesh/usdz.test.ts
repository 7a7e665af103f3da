import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { encodeMeshUsdz } from '../../../src/io/mesh/usdz.ts';
import { torusToEncode } from '../../setup/meshFiles.ts';
import { localFiles } from '../../setup/zip.ts';

// What the scene looks like to a reader of USD is in inBrowser.test.ts.
describe('the USDZ of a mesh', () => {
  it('stores the scene first and then the picture, both at multiples of 64 bytes', async () => {
    const { textured } = await torusToEncode();
    // Other sizes of the first file move the second one.
    for (const triangles of [
      textured.triangles,
      textured.triangles.subarray(0, 3),
      textured.triangles.subarray(0, 33),
    ]) {
      const bytes = encodeMeshUsdz({ ...textured, triangles });
      const files = localFiles(bytes);
      expect(files.map(({ name }) => name)).toEqual(['object.usda', 'texture.png']);
      for (const { method, start } of files) expect([method, start % 64]).toEqual([0, 0]);
      expect(unzipSync(bytes)['texture.png']).toEqual(Uint8Array.from(textured.texture.bytes));
    }
  });

  it('says what phones must know of the scene', async () => {
    const { textured } = await torusToEncode();
    const scene = new TextDecoder().decode(unzipSync(encodeMeshUsdz(textured))['object.usda']);
    expect(scene.startsWith('#usda 1.0\n')).toBe(true);
    for (const line of [
      'defaultPrim = "Object"',
      'metersPerUnit = 1',
      'upAxis = "Y"',
      'uniform token subdivisionScheme = "none"',
      'uniform bool doubleSided = 0',
      'rel material:binding = </Object/Material>',
      'asset inputs:file = @texture.png@',
      'token inputs:sourceColorSpace = "sRGB"',
    ]) {
      expect(scene).toContain(`${line}\n`);
    }
    const lists = (name: string): number =>
      new RegExp(`${name} = \\[(.*)\\]`).exec(scene)![1].split(/\), |(?<=\d), /).length;
    expect(lists('faceVertexCounts')).toBe(576);
    expect(scene).toMatch(/float3\[\] extent = \[\(.*\), \(.*\)\]/);
  });

  it('names a JPEG as one', async () => {
    const { textured } = await torusToEncode();
    const bytes = encodeMeshUsdz({ ...textured, texture: { bytes: new Uint8Array(5), mimeType: 'image/jpeg' } });
    expect(Object.keys(unzipSync(bytes))).toEqual(['object.usda', 'texture.jpg']);
  });

  it('is the same bytes for the same mesh', async () => {
    const { textured } = await torusToEncode();
    expect(encodeMeshUsdz(textured)).toEqual(encodeMeshUsdz(textured));
  });
});
