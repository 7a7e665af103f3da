import Module from 'manifold-3d';
import { STLLoader } from 'three/examples/jsm/loaders/STLLoader.js';
import { describe, expect, it } from 'vitest';
import { encodeMeshStl } from '../../../src/io/mesh/stl.ts';
import { corners, expectTriangles, onPrintBed } from '../../setup/meshFiles.ts';
import { signedVolume, torus } from '../../setup/meshes.ts';

const read = (bytes: Uint8Array) => new STLLoader().parse(Uint8Array.from(bytes).buffer).attributes;

describe('the STL of a mesh', () => {
  it('has as many bytes as triangles ask, and is not taken for text', () => {
    const bytes = encodeMeshStl(torus());
    expect(bytes.length).toBe(84 + 576 * 50);
    expect(new DataView(bytes.buffer).getUint32(80, true)).toBe(576);
    expect(new TextDecoder('latin1').decode(bytes.subarray(0, 80))).toMatch(
      /^unflat: binary STL in millimeters, z up\0+$/,
    );
  });

  it('is read back by three in millimeters, with z up, standing at the origin', () => {
    const mesh = torus();
    const { position } = read(encodeMeshStl(mesh));
    expectTriangles(position.array, corners(mesh, onPrintBed(mesh)), 1e-4);
    const low = [0, 1, 2].map((axis) => Math.min(...[...position.array].filter((_, i) => i % 3 === axis)));
    expect(low).toEqual([0, 0, 0]);
  });

  it('has the volume of the mesh in cubic millimeters', () => {
    const mesh = torus();
    const { position } = read(encodeMeshStl(mesh));
    const inOrder = Array.from({ length: position.count }, (_, i) => i);
    const ratio = signedVolume(position.array, inOrder) / signedVolume(mesh.xyz, mesh.triangles);
    expect(Math.abs(ratio / 1e9 - 1)).toBeLessThan(1e-4);
  });

  it('has unit normals that point outwards', () => {
    const { position, normal } = read(encodeMeshStl(torus()));
    const at = (array: ArrayLike<number>, vertex: number) => [0, 1, 2].map((axis) => array[3 * vertex + axis]);
    for (let i = 0; i < position.count; i += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => at(position.array, i + k));
      const n = at(normal.array, i);
      expect(Math.abs(Math.hypot(...n) - 1)).toBeLessThan(1e-6);
      const edge = (from: number[], to: number[]) => to.map((value, axis) => value - from[axis]);
      const dot = (u: number[], v: number[]) => u.reduce((sum, value, axis) => sum + value * v[axis], 0);
      // The normal stands on two edges, and to its left lies the third corner.
      expect(Math.abs(dot(n, edge(a, b)))).toBeLessThan(1e-3);
      expect(Math.abs(dot(n, edge(a, c)))).toBeLessThan(1e-3);
      const [u, v] = [edge(a, b), edge(a, c)];
      const cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
      expect(dot(n, cross)).toBeGreaterThan(0);
    }
  });

  it('gives a triangle without an area no normal', () => {
    const mesh = {
      xyz: Float32Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0),
      normals: Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0, 1),
      rgb: new Uint8Array(9),
      triangles: Uint32Array.of(0, 1, 2),
    };
    expect([...read(encodeMeshStl(mesh)).normal.array]).toEqual(Array(9).fill(0));
  });

  it('is a solid for manifold-3d, once equal corners are joined', async () => {
    const { position } = read(encodeMeshStl(torus()));
    const wasm = await Module();
    wasm.setup();
    const soup = new wasm.Mesh({
      numProp: 3,
      vertProperties: Float32Array.from(position.array),
      triVerts: Uint32Array.from({ length: position.count }, (_, i) => i),
    });
    soup.merge();
    const solid = new wasm.Manifold(soup);
    expect(solid.status()).toBe('NoError');
    expect([solid.numTri(), solid.genus()]).toEqual([576, 1]);
    expect(solid.volume()).toBeGreaterThan(0);
  });
});
