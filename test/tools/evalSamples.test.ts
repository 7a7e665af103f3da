import { describe, expect, it } from 'vitest';
import type { Mesh } from '../../src/pipeline/mesh.ts';
import { sampleMesh } from '../../tools/eval/samples.ts';
import { sphere, surfaceOf } from '../pipeline/mesh/shapes.ts';

/** A right triangle of area 1/2 in the plane z = 2, and one of area 3/2 in the plane z = 5. */
const twoTriangles: Mesh = {
  xyz: Float32Array.of(0, 0, 2, 1, 0, 2, 0, 1, 2, 0, 0, 5, 3, 0, 5, 0, 1, 5),
  normals: new Float32Array(18),
  rgb: Uint8Array.of(0, 0, 0, 200, 0, 0, 0, 100, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9),
  triangles: Uint32Array.of(0, 1, 2, 3, 4, 5),
};

const points = (xyz: Float32Array): number[][] =>
  Array.from({ length: xyz.length / 3 }, (_, i) => [...xyz.subarray(3 * i, 3 * i + 3)]);

describe('sampleMesh', () => {
  it('gives each triangle its share by area', () => {
    const { xyz } = sampleMesh(twoTriangles, 1000);
    expect(points(xyz).filter(([, , z]) => z === 2)).toHaveLength(250);
    expect(points(xyz).filter(([, , z]) => z === 5)).toHaveLength(750);
  });

  it('fills a triangle evenly', () => {
    const all = points(sampleMesh(twoTriangles, 4000).xyz).filter(([, , z]) => z === 2);
    for (const [x, y] of all) expect(x >= 0 && y >= 0 && x + y <= 1 + 1e-6).toBe(true);
    // The four triangles between the middles of its sides have the same area.
    const parts = [
      all.filter(([x]) => x > 0.5),
      all.filter(([, y]) => y > 0.5),
      all.filter(([x, y]) => x + y < 0.5),
      all.filter(([x, y]) => x <= 0.5 && y <= 0.5 && x + y >= 0.5),
    ];
    for (const part of parts) expect(Math.abs(part.length - 250)).toBeLessThan(10);
  });

  it('mixes the colors of the corners', () => {
    const { xyz, rgb } = sampleMesh(twoTriangles, 100);
    points(xyz).forEach(([x, y, z], i) => {
      const [r, g, b] = rgb.subarray(3 * i, 3 * i + 3);
      if (z === 5) expect([r, g, b]).toEqual([9, 9, 9]);
      else expect([Math.abs(r - 200 * x) <= 0.51, Math.abs(g - 100 * y) <= 0.51, b]).toEqual([true, true, 0]);
    });
  });

  it('does not care how finely a surface is cut', () => {
    const ball = sampleMesh(surfaceOf(sphere(0, 0, 0, 1), [-1.3, -1.2, -1.1], [1.1, 1.2, 1.3], 12), 8000);
    for (const axis of [0, 1, 2]) {
      // Slices of a ball of the same thickness have the same area.
      for (const from of [-0.8, -0.4, 0, 0.4]) {
        const inside = points(ball.xyz).filter((p) => p[axis] > from && p[axis] < from + 0.4);
        expect(Math.abs(inside.length / 8000 - 0.2)).toBeLessThan(0.02);
      }
    }
  });

  it('is the same every time', () => expect(sampleMesh(twoTriangles, 77)).toEqual(sampleMesh(twoTriangles, 77)));

  it('has nothing of a mesh without triangles, and refuses one without an area', () => {
    expect(sampleMesh({ ...twoTriangles, triangles: new Uint32Array(0) }, 10).xyz).toHaveLength(0);
    const flat = { ...twoTriangles, triangles: Uint32Array.of(0, 1, 1) };
    expect(() => sampleMesh(flat, 10)).toThrow('an area of 0');
    expect(() => sampleMesh({ ...twoTriangles, triangles: Uint32Array.of(0, 1, 6) }, 10)).toThrow('an area of NaN');
  });
});
