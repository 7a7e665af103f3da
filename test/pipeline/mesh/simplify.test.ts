import Manifold from 'manifold-3d';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectMesh, problemsOf } from '../../../src/pipeline/mesh/closed.ts';
import { simplify } from '../../../src/pipeline/mesh/simplify.ts';
import type { Mesh } from '../../../src/pipeline/mesh.ts';
import { noisy, sphere, surfaceOf, torus, union, wavy, type Field } from './shapes.ts';

let manifold: Awaited<ReturnType<typeof Manifold>>;
beforeAll(async () => {
  manifold = await Manifold();
  manifold.setup();
});

const box: Field = (x, y, z) => Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) - 0.8;
/** The same shape of cubes: all vertices are in the middle of lattice edges, so many faces are in one plane. */
const blocky =
  (field: Field): Field =>
  (x, y, z) =>
    field(x, y, z) < 0 ? -1 : 1;
/** A bowl with a thin wall. */
const bowl: Field = (x, y, z) => Math.max(Math.abs(Math.hypot(x, y, z) - 0.9) - 0.06, y - 0.3);

const shapes: [string, Field, number][] = [
  ['a sphere', sphere(0, 0, 0, 1), 20],
  ['a torus', torus(0, 0, 0, 0.8, 0.3), 24],
  ['two spheres', union(sphere(-0.5, 0, 0, 0.5), sphere(0.7, 0, 0, 0.3)), 30],
  ['a box', box, 26],
  ['a box of cubes', blocky(box), 30],
  ['a sphere of cubes', blocky(sphere(0, 0, 0, 1)), 36],
  ['a bowl', bowl, 40],
  ['a wavy sphere', wavy(sphere(0, 0, 0, 0.9), 0.15, 9), 40],
  ['a noisy sphere', noisy(sphere(0, 0, 0, 0.9), 0.25), 30],
];

const meshOf = (field: Field, cells: number): Mesh =>
  surfaceOf(field, [-1.3, -1.3, -1.3], [1.3, 1.3, 1.3], cells, (x, y) =>
    Math.sin(5 * x) * y > 0 ? [250, 20, 20] : [20, 20, 250],
  );

describe.each(shapes)('%s', (_, field, cells) => {
  const mesh = meshOf(field, cells);
  const before = inspectMesh(mesh);

  it.each([0.9, 0.5, 0.2, 0.05, 0.01])('of %d of its faces is closed', async (share) => {
    const faces = Math.round((share * mesh.triangles.length) / 3);
    const simple = await simplify(mesh, faces);
    const report = inspectMesh(simple);
    expect(problemsOf(report)).toBeUndefined();
    expect(report.components).toBeLessThanOrEqual(before.components);
    expect(simple.triangles.length / 3).toBeLessThanOrEqual(1.05 * faces);
    expect(simple.triangles.length / 3).toBeGreaterThan(0.7 * faces);
    if (share >= 0.2) expect(Math.abs(report.volume / before.volume - 1)).toBeLessThan(0.02);
    expect(simple.normals).toHaveLength(simple.xyz.length);
    expect(simple.rgb).toHaveLength(simple.xyz.length);
    const solid = new manifold.Manifold(
      new manifold.Mesh({ numProp: 3, vertProperties: simple.xyz, triVerts: simple.triangles }),
    );
    expect(solid.status()).toBe('NoError');
    // It leaves out needles.
    expect(Math.abs(solid.volume() / report.volume - 1)).toBeLessThan(1e-3);
    solid.delete();
  });
});

it('keeps colors with their places', async () => {
  const simple = await simplify(meshOf(sphere(0, 0, 0, 1), 30), 2000);
  for (let v = 0; v < simple.xyz.length; v += 3) {
    const [x, y] = simple.xyz.subarray(v, v + 2);
    const side = Math.sin(5 * x) * y;
    if (Math.abs(side) > 0.01)
      expect([...simple.rgb.subarray(v, v + 3)]).toEqual(side > 0 ? [250, 20, 20] : [20, 20, 250]);
  }
});

it('gives the same mesh for the same input, and the mesh itself when it is small enough', async () => {
  const mesh = meshOf(wavy(sphere(0, 0, 0, 0.9), 0.15, 9), 24);
  expect(await simplify(mesh, mesh.triangles.length / 3)).toBe(mesh);
  expect(await simplify(mesh, 1000)).toEqual(await simplify(mesh, 1000));
});

it.each([0, -1, 2.5, NaN])('refuses %d faces', async (faces) => {
  const mesh = meshOf(sphere(0, 0, 0, 1), 8);
  await expect(simplify(mesh, faces)).rejects.toThrow(
    new RangeError(`A mesh cannot have ${faces} faces. Give a positive integer, such as 50000.`),
  );
});

it('says that a mesh was open', async () => {
  const mesh = meshOf(sphere(0, 0, 0, 1), 12);
  await expect(simplify({ ...mesh, triangles: mesh.triangles.slice(3000) }, 500)).rejects.toThrow(/not closed/);
});
