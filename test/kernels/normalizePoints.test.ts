import { describe, expect, it } from 'vitest';
import { normalizePoints } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { normalizePointsRef } from '../../src/kernels/normalizePoints/normalizePoints.ref.ts';
import { pointCases } from '../cases/points.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

describe('normalizePoints', () => {
  for (const { count } of pointCases) {
    it(`${count} points`, async () => {
      const points = noise(3 * count, 1, 3);
      const valid = Uint32Array.from({ length: count }, (_, i) => (i % 3 !== 1 ? 1 : 0));
      const stats = Float32Array.of(0.5, -1, 2, count, 0.7, 0.9, 1.1, 0.9);
      const { y } = await evaluate((s) => ({
        y: normalizePoints(
          { points: s.input(points, [count, 3]), valid: s.input(valid, [count]) },
          s.input(stats, [8]),
        ),
      }));
      // Two quotients of up to 2.5 units each, and a difference.
      expectClose(y, normalizePointsRef(points, valid, stats), EPS * 12 * (5 / 0.9));
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const [points, valid, stats] = [g.input('p', [4, 3]), g.input('v', [4], 'u32'), g.input('s', [8])];
    expect(() => normalizePoints({ points, valid }, g.input('t', [4]))).toThrow(/stats is \[4\], expected \[8\]/);
    expect(() => normalizePoints({ points, valid: g.input('w', [5], 'u32') }, stats)).toThrow(/valid is \[5\]/);
    expect(() => normalizePoints({ points: g.input('q', [4, 2]), valid }, stats)).toThrow(/points are \[4, 2\]/);
  });
});
