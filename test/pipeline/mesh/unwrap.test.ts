import { describe, expect, it } from 'vitest';
import { rasterize } from '../../../src/pipeline/mesh/raster.ts';
import { simplify } from '../../../src/pipeline/mesh/simplify.ts';
import { unwrap } from '../../../src/pipeline/mesh/unwrap.ts';
import { noisy, sphere, surfaceOf, torus, union, wavy, type Field } from './shapes.ts';

const meshOf = (field: Field, cells: number) => surfaceOf(field, [-1.3, -1.3, -1.3], [1.3, 1.3, 1.3], cells);

/** A spiral wall: it hides itself along every direction but its axis. */
const spiral: Field = (x, y, z) => {
  const [r, angle] = [Math.hypot(x, z), Math.atan2(z, x)];
  const turns = Math.round((r - 0.3 - (0.4 * angle) / (2 * Math.PI)) / 0.4);
  const wall = r - 0.3 - (0.4 * angle) / (2 * Math.PI) - 0.4 * Math.min(1, Math.max(0, turns));
  return Math.max(Math.abs(wall) - 0.08, Math.abs(y) - 0.4);
};

describe.each<[string, Field, number]>([
  ['a sphere', sphere(0, 0, 0, 1), 10],
  ['a torus', torus(0, 0, 0, 0.8, 0.3), 20],
  ['two spheres, one behind the other', union(sphere(0, 0, -0.6, 0.5), sphere(0.2, 0, 0.6, 0.4)), 20],
  ['a wavy sphere', wavy(sphere(0, 0, 0, 0.9), 0.15, 9), 800],
  ['a noisy sphere', noisy(sphere(0, 0, 0, 0.9), 0.1), 2500],
  ['a spiral', spiral, 200],
])('%s', (_, field, mostCharts) => {
  it('has a place for each face', async () => {
    const mesh = await simplify(meshOf(field, 40), 6000);
    const size = 512;
    const { xref, place, triangles, charts, gap } = unwrap(mesh, size);
    expect(charts).toBeLessThanOrEqual(mostCharts);
    expect([...triangles].map((v) => xref[v])).toEqual([...mesh.triangles]);
    for (const x of place) {
      if (!(x >= gap && x < size - gap)) expect.unreachable(`a place is at ${x}`);
    }
    // Two faces cover the same texel only beside a needle between them.
    const owner = new Int32Array(size * size).fill(-1);
    let [covered, twice] = [0, 0];
    for (let t = 0; t < triangles.length; t += 3) {
      const at = (axis: number): [number, number, number] => [
        place[2 * triangles[t] + axis],
        place[2 * triangles[t + 1] + axis],
        place[2 * triangles[t + 2] + axis],
      ];
      rasterize(size, size, at(0), at(1), (column, row) => {
        if (owner[row * size + column] >= 0) twice++;
        else covered++;
        owner[row * size + column] = t;
      });
    }
    expect(twice).toBeLessThan(0.005 * covered);
    expect(covered).toBeGreaterThan(0.25 * size * size);
    // Each face has the scale of all others, seen along one of the axes.
    const scales = new Set<string>();
    for (let corner = 0; corner < triangles.length; corner++) {
      const [a, b] = [triangles[corner], triangles[corner % 3 === 2 ? corner - 2 : corner + 1]];
      const flat = Math.hypot(place[2 * a] - place[2 * b], place[2 * a + 1] - place[2 * b + 1]);
      const edge = [0, 1, 2].map((k) => mesh.xyz[3 * xref[a] + k] - mesh.xyz[3 * xref[b] + k]);
      const seen = [0, 1, 2].map((k) => flat / Math.hypot(...edge.filter((_, axis) => axis !== k)));
      if (flat > 3) scales.add(seen.map((scale) => scale.toFixed(0)).join());
    }
    const all = [...scales].map((line) => line.split(',').map(Number));
    const common = all[0].find((scale) => all.every((three) => three.some((one) => Math.abs(one - scale) <= 2)));
    expect(common).toBeDefined();
  });
});

it.each([0, 63, 100.5, 8193, NaN])('refuses a texture of %d texels', (size) => {
  expect(() => unwrap(meshOf(sphere(0, 0, 0, 1), 8), size)).toThrow(
    new RangeError(`A texture cannot be ${size} texels wide. Give an integer from 64 to 8192, such as 1024.`),
  );
});

it('says that a texture is too small for a surface in many pieces', () => {
  const bubbles: Field = (x, y, z) => {
    const inBox = Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) - 1.2;
    const from = (v: number) => 0.24 * Math.round(v / 0.24) - v;
    return Math.max(inBox, Math.hypot(from(x), from(y), from(z)) - 0.08);
  };
  expect(() => unwrap(meshOf(bubbles, 44), 64)).toThrow(/pieces does not fit into 64 x 64 texels/);
});
