import { expect, it } from 'vitest';
import { vertexNormals } from '../../../src/pipeline/mesh/normals.ts';
import { sphere, surfaceOf } from './shapes.ts';

it('points away from the middle of a sphere', () => {
  const { xyz, triangles } = surfaceOf(sphere(0.1, -0.2, 2, 0.4), [-0.5, -0.8, 1.4], [0.7, 0.4, 2.6], 24);
  const normals = vertexNormals(xyz, triangles);
  let worst = 1;
  for (let v = 0; v < xyz.length; v += 3) {
    const out = [xyz[v] - 0.1, xyz[v + 1] + 0.2, xyz[v + 2] - 2];
    expect(Math.hypot(...normals.subarray(v, v + 3))).toBeCloseTo(1, 6);
    worst = Math.min(worst, out.reduce((sum, x, k) => sum + x * normals[v + k], 0) / Math.hypot(...out));
  }
  expect(worst).toBeGreaterThan(Math.cos((8 * Math.PI) / 180));
});

it('does not depend on how a flat part is cut', () => {
  // The corner of a cube: one side is one triangle, one is two, one is four.
  const xyz = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0.5, 1, 0, 1, 0.5];
  const triangles = [0, 2, 1, 0, 1, 4, 0, 4, 3, 0, 3, 6, 0, 6, 5, 0, 5, 7, 0, 7, 2];
  const normals = vertexNormals(Float32Array.from(xyz), Uint32Array.from(triangles));
  for (const x of normals.subarray(0, 3)) expect(x).toBeCloseTo(-Math.sqrt(1 / 3), 6);
});

it('takes the largest face where faces cancel each other, and looks at the camera where there is none', () => {
  const xyz = Float32Array.from([0, 0, 0, 1, 0, 0, 0, 1, 0, 9, 9, 9]);
  const normals = vertexNormals(xyz, Uint32Array.from([0, 1, 2, 2, 1, 0]));
  expect([...normals]).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, -1]);
});
