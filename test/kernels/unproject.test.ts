import { describe, expect, it } from 'vitest';
import { unproject } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { unprojectRef } from '../../src/kernels/unproject/unproject.ref.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, maxAbs, noise } from '../setup/numbers.ts';

describe('unproject', () => {
  for (const [H, W] of [
    [1, 1],
    [9, 7],
    [120, 163],
  ]) {
    it(`[${H}, ${W}]`, async () => {
      const depth = noise(H * W, 1).map((v) => v + 2);
      const mask = Uint32Array.from({ length: H * W }, (_, i) => (i % 3 ? 255 : 0));
      [NaN, Infinity, -Infinity, 0, -1, 1e-42].forEach((d, i) => (depth[3 * i + 1] = d));
      const camera = Float32Array.of(150, 140, W / 2, H / 2);
      const { points, valid } = await evaluate((s) => ({
        ...unproject(s.input(depth, [H, W]), s.input(mask, [H, W]), s.input(camera, [4])),
      }));
      const expected = unprojectRef(depth, mask, W, camera);
      for (let i = 0; i < depth.length; i++) if (depth[i] === Math.fround(1e-42)) expected.valid[i] = 0; // subnormal
      for (let k = 0; k < points.length; k++) if (!expected.valid[Math.floor(k / 3)]) expected.points[k] = 0;
      expect(valid).toEqual(expected.valid);
      // Subtraction is exact or rounds once; quotient (2.5 units) and product round.
      expectClose(points, expected.points, 8 * EPS * maxAbs(expected.points));
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const [depth, mask, camera] = [g.input('d', [4, 5]), g.input('m', [4, 5], 'u32'), g.input('c', [4])];
    expect(() => unproject(g.input('e', [20]), mask, camera)).toThrow(/unproject: depth is \[20\], expected 2 axes/);
    expect(() => unproject(depth, g.input('n', [5, 4], 'u32'), camera)).toThrow(/unproject: mask is \[5, 4\]/);
    expect(() => unproject(depth, mask, g.input('k', [3, 3]))).toThrow(/unproject: intrinsics is \[3, 3\]/);
    expect(() => unproject(depth, depth, camera)).toThrow(/unproject: mask is f32, expected u32/);
  });
});
