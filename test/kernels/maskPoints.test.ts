import { describe, expect, it } from 'vitest';
import { maskPoints } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { maskPointsRef } from '../../src/kernels/maskPoints/maskPoints.ref.ts';
import { pointCases } from '../cases/points.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('maskPoints', () => {
  for (const { count } of pointCases) {
    it(`${count} points`, async () => {
      const points = noise(3 * count, 1, 4);
      points[0] = Infinity;
      points[Math.min(points.length - 1, 16)] = NaN;
      const given = Uint32Array.from({ length: count }, (_, i) => (i % 5 ? 1 : 0));
      const mask = Uint32Array.from({ length: count }, (_, i) => (i % 4 ? 7 : 0));
      const y = await evaluate((s) => ({
        ...maskPoints({ points: s.input(points, [count, 3]), valid: s.input(given, [count]) }, s.input(mask, [count])),
      }));
      const expected = maskPointsRef(points, given, mask);
      expect(y.valid).toEqual(expected.valid);
      expect(y.points).toEqual(Float32Array.from(expected.points));
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const [points, mask] = [g.input('p', [4, 3]), g.input('m', [4], 'u32')];
    expect(() => maskPoints({ points: g.input('q', [4, 2]), valid: mask }, mask)).toThrow(/points are \[4, 2\]/);
    expect(() => maskPoints({ points, valid: mask }, g.input('n', [5], 'u32'))).toThrow(
      /mask is \[5\], expected \[4\]/,
    );
    expect(() => maskPoints({ points, valid: g.input('v', [4]) }, mask)).toThrow(/given is f32, expected u32/);
  });
});
