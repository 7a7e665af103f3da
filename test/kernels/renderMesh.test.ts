import { describe, expect, it } from 'vitest';
import { renderMesh } from '../../src/graph/ops/mesh.ts';
import { Graph } from '../../src/graph/record.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { type MeshArrays, renderMeshRef } from '../../src/kernels/renderMesh/renderMesh.ref.ts';
import {
  type Drawing,
  type MeshOperands,
  renderMesh as renderMeshKernel,
} from '../../src/kernels/renderMesh/renderMesh.ts';
import { meshCases } from '../cases/renderMesh.ts';
import { comparePixels, flat, lit, meshOperands, meshSize, meshViews, renderMeshChecks } from '../checks/pictures.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';

const draw = async (mesh: MeshArrays, drawing: Drawing): Promise<ArrayLike<number>> =>
  (await evaluate((sources) => ({ picture: renderMesh(meshOperands(sources, mesh), drawing) }))).picture;

const differing = (actual: ArrayLike<number>, expected: ArrayLike<number>): number =>
  comparePixels(meshViews, meshSize.width, [actual, expected], 0).different;

describe('renderMesh', () => {
  itPasses(renderMeshChecks);

  it('shows each mesh', () => {
    for (const mesh of meshCases) {
      const { covered } = comparePixels(meshViews, meshSize.width, [[], renderMeshRef(mesh, flat)], 2);
      expect(covered).toBeGreaterThan(20);
    }
  });

  it('gives the same bits twice', async () => {
    const mesh = meshCases[2];
    expect(differing(await draw(mesh, lit), await draw(mesh, lit))).toBe(0);
  });

  it('takes the triangle that comes first where two lie in the same place', async () => {
    // Places on the screen are whole numbers, so that the pictures have the same bits.
    const vertices = Float32Array.of(-1, -1, -4, 1, -1, -4, 0, 1, -4, -1, -1, -4, 1, -1, -4, 0, 1, -4);
    const normals = Float32Array.from({ length: 18 }, (_, k) => (k % 3 === 2 ? 1 : 0));
    const colors = Uint32Array.of(0xff0000ff, 0xff0000ff, 0xff0000ff, 0xff00ff00, 0xff00ff00, 0xff00ff00);
    for (const [triangles, word] of [
      [Uint32Array.of(0, 1, 2, 3, 4, 5), 0xff0000ff],
      [Uint32Array.of(3, 4, 5, 0, 1, 2), 0xff00ff00],
    ] as const) {
      const mesh = { vertices, normals, colors, triangles };
      const picture = await draw(mesh, flat);
      expect(picture[22 * meshSize.width + 22]).toBe(word);
      expect(differing(picture, renderMeshRef(mesh, flat))).toBe(0);
    }
  });

  it('leaves no gap between triangles', async () => {
    const mesh = meshCases[2];
    const picture = await draw(mesh, flat);
    // Rows of a sphere: once its outline is crossed, pixels are covered wholly, until it is crossed again.
    for (let y = 12; y < 33; y++) {
      for (let x = 10; x < 35; x++) expect(picture[y * meshSize.width + x] >>> 24).toBe(255);
    }
  });

  it('draws a view in bands where its samples exceed 128 MiB', () => {
    const g = new Graph();
    const mesh = {
      vertices: g.input('v', [3, 3]),
      normals: g.input('n', [3, 3]),
      triangles: g.input('t', [1, 3], 'u32'),
      colors: g.input('c', [3], 'u32'),
    };
    const large = { width: 4000, height: 3000 };
    const view = { ...meshViews[0], rect: { left: 0, top: 0, right: 4000, bottom: 3000 } };
    const steps = renderMeshKernel(mesh, { size: large, views: [view], light: null, samples: 2 });
    const bands = steps
      .filter(({ kernel, outputs }) => kernel === 'renderMesh' && outputs[0].shape[0] === 3000)
      .map(({ params }) => params!);
    expect(bands.map(({ rect, origin }) => [rect, origin])).toEqual([
      [
        [0, 0, 4000, 2097],
        [-2000 * 512, -1500 * 512],
      ],
      [
        [0, 2097, 4000, 3000],
        [-2000 * 512, 597 * 512],
      ],
    ]);
    for (const { outputs } of steps) {
      for (const { shape } of outputs) expect(shape.reduce((a, b) => a * b, 4)).toBeLessThanOrEqual(2 ** 27);
    }
    expect(() => renderMeshKernel(mesh, { size: large, views: [view], light: { reach: 1 }, samples: 2 })).toThrow(
      /a view of 4000 x 3000 with 2 x 2 samples a pixel exceeds 128 MiB/,
    );
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const shape = {
      vertices: g.input('vertices', [5, 3]),
      normals: g.input('normals', [5, 3]),
      triangles: g.input('triangles', [4, 3], 'u32'),
    };
    const [colors, uv] = [g.input('colors', [5], 'u32'), g.input('uv', [5, 2])];
    const texture = g.input('texture', [4, 4], 'u32');
    const mesh = { ...shape, colors };
    const tryIt = (other: MeshOperands<Tensor>, change: Partial<Drawing> = {}) =>
      renderMesh(other, { ...lit, ...change });
    expect(() => tryIt({ ...mesh, triangles: g.input('none', [0, 3], 'u32') })).toThrow(
      /5 vertices and 0 triangles; there is nothing to draw/,
    );
    expect(() => tryIt({ ...mesh, normals: g.input('a', [4, 3]) })).toThrow(/normals is \[4, 3\], expected \[5, 3\]/);
    expect(() => tryIt({ ...mesh, triangles: g.input('b', [4, 3]) })).toThrow(/triangles is f32, expected u32/);
    expect(() => tryIt({ ...mesh, colors: g.input('c', [4], 'u32') })).toThrow(/colors is \[4\], expected \[5\]/);
    expect(() => tryIt({ ...shape, uv: g.input('d', [5, 3]), texture })).toThrow(/uv is \[5, 3\], expected \[5, 2\]/);
    expect(() => tryIt({ ...shape, uv, texture: g.input('e', [0, 4], 'u32') })).toThrow(/texture has 4 x 0 pixels/);
    expect(() => tryIt(mesh, { views: [] })).toThrow(/no view to draw/);
    expect(() => tryIt(mesh, { light: { reach: 0 } })).toThrow(/reach of shadows is 0/);
    expect(() => tryIt(mesh, { samples: 9 })).toThrow(/9 samples along its side; give 1 to 8/);
    expect(() => tryIt(mesh, { views: [{ ...meshViews[0], near: 3, far: 2 }] })).toThrow(
      /depths from 3 to 2 show nothing/,
    );
    expect(() => tryIt(mesh, { size: { width: 40, height: 45 } })).toThrow(/does not lie in a picture of 40 x 45/);
  });
});
