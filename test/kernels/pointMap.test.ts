import { describe, expect, it } from 'vitest';
import { pointMap } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { maskPointsRef, unprojectRef } from '../../src/kernels/pointMap/pointMap.ref.ts';
import { seenCases } from '../cases/seenMap.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

describe('pointMap', () => {
  for (const { photo } of seenCases) {
    const [H, W] = photo;

    it(`of depth [${H}, ${W}]`, async () => {
      const depth = noise(H * W, 1).map((v) => v + 2);
      const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 3 ? 0 : 255));
      [2, NaN, Infinity, -Infinity, 0, -1, 1e-42].forEach((d, i) => (depth[3 * i] = d));
      const camera = Float32Array.of(150, 140, W / 2, H / 2);
      const { points, valid } = await evaluate((s) => ({
        ...pointMap({ depth: s.input(depth, [H, W]), mask: s.input(mask, [H, W]), intrinsics: s.input(camera, [4]) }),
      }));
      const expected = unprojectRef(depth, mask, W, camera);
      expect(valid).toEqual(expected.valid);
      // The difference is exact or rounds once; the quotient (2.5 units) and the product round.
      expectClose(points, expected.points, 8 * EPS * maxAbs(expected.points));
    });

    it(`of points [${H}, ${W}, 3]`, async () => {
      const given = noise(3 * H * W, 1, 4);
      const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 4 ? 0 : 7));
      [12, 25, 38].forEach((k, i) => (given[k] = [NaN, Infinity, -Infinity][i]));
      const { points, valid } = await evaluate((s) => ({
        ...pointMap({ points: s.input(given, [H, W, 3]), mask: s.input(mask, [H, W]) }),
      }));
      const expected = maskPointsRef(given, mask);
      expect(valid).toEqual(expected.valid);
      expect(points).toEqual(Float32Array.from(expected.points));
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const [depth, mask, intrinsics] = [g.input('d', [4, 5]), g.input('m', [4, 5], 'u32'), g.input('i', [4])];
    const points = g.input('p', [4, 5, 3]);
    const wrong = { depth: /depth is \[4, 5, 3\]/, mask: /mask is \[20\], expected 2 axes/ };
    expect(() => pointMap({ depth: points, mask, intrinsics })).toThrow(wrong.depth);
    expect(() => pointMap({ depth, mask: g.input('n', [20], 'u32'), intrinsics })).toThrow(wrong.mask);
    expect(() => pointMap({ depth, mask: depth, intrinsics })).toThrow(/mask is f32, expected u32/);
    expect(() => pointMap({ depth, mask, intrinsics: g.input('k', [3, 3]) })).toThrow(/intrinsics is \[3, 3\]/);
    expect(() => pointMap({ points: g.input('q', [5, 4, 3]), mask })).toThrow(
      /points are \[5, 4, 3\], the mask is \[4, 5\]/,
    );
  });
});
