import { unzipSync } from 'fflate';
import Module from 'manifold-3d';
import { describe, expect, it } from 'vitest';
import { encodeMesh3mf } from '../../../src/io/mesh/threeMf.ts';
import { torus } from '../../setup/meshes.ts';
import { localFiles } from '../../setup/zip.ts';

const MODEL = '3D/3dmodel.model';

const textOf = (bytes: Uint8Array, name: string) => new TextDecoder().decode(unzipSync(bytes)[name]);

/** The attributes of each element of a name, in order. */
function elements(xml: string, name: string): Record<string, string>[] {
  return [...xml.matchAll(new RegExp(`<${name} ([^<>]*?)/?>`, 'g'))].map(([, attributes]) =>
    Object.fromEntries([...attributes.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, key, value]) => [key, value])),
  );
}

// What the file looks like to a reader of 3MF is in inBrowser.test.ts.
describe('the 3MF of a mesh', () => {
  it('is a package whose parts lead to the model', () => {
    const bytes = encodeMesh3mf(torus());
    expect(localFiles(bytes).map(({ name, method }) => [name, method])).toEqual([
      ['[Content_Types].xml', 8],
      ['_rels/.rels', 8],
      [MODEL, 8],
    ]);
    expect(elements(textOf(bytes, '[Content_Types].xml'), 'Default').map(({ Extension }) => Extension)).toEqual([
      'rels',
      'model',
    ]);
    const [relationship] = elements(textOf(bytes, '_rels/.rels'), 'Relationship');
    expect(relationship.Target).toBe(`/${MODEL}`);
    expect(relationship.Type).toBe('http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel');
  });

  it('is in millimeters, and programs without colors may read it', () => {
    const [model] = elements(textOf(encodeMesh3mf(torus()), MODEL), 'model');
    expect(model.unit).toBe('millimeter');
    expect(model).not.toHaveProperty('requiredextensions');
  });

  it('names each color once, and for each corner of a triangle', () => {
    const mesh = torus();
    const xml = textOf(encodeMesh3mf(mesh), MODEL);
    const colors = elements(xml, 'm:color').map(({ color }) => color);
    expect(new Set(colors).size).toBe(colors.length);
    expect(elements(xml, 'm:colorgroup')[0].id).toBe('1');
    expect(elements(xml, 'object')[0]).toMatchObject({ pid: '1', pindex: '0', type: 'model' });
    elements(xml, 'triangle').forEach(({ pid, p1, v1 }) => {
      expect(pid).toBe('1');
      const bytes = [1, 3, 5].map((at) => parseInt(colors[Number(p1)].slice(at, at + 2), 16));
      expect(bytes).toEqual([...mesh.rgb.subarray(3 * Number(v1), 3 * Number(v1) + 3)]);
    });
  });

  it('is a solid for manifold-3d by its indices alone', async () => {
    const xml = textOf(encodeMesh3mf(torus()), MODEL);
    const numbers = (name: string, keys: string[]) =>
      elements(xml, name).flatMap((found) => keys.map((key) => Number(found[key])));
    const wasm = await Module();
    wasm.setup();
    const solid = new wasm.Manifold(
      new wasm.Mesh({
        numProp: 3,
        vertProperties: Float32Array.from(numbers('vertex', ['x', 'y', 'z'])),
        triVerts: Uint32Array.from(numbers('triangle', ['v1', 'v2', 'v3'])),
      }),
    );
    expect(solid.status()).toBe('NoError');
    expect([solid.numVert(), solid.numTri(), solid.genus()]).toEqual([288, 576, 1]);
    expect(solid.volume()).toBeGreaterThan(0);
  });
});
