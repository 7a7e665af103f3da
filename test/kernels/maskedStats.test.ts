import { describe, expect, it } from 'vitest';
import { maskedStats } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { maskedStatsRef } from '../../src/kernels/maskedStats/maskedStats.ref.ts';
import { pointCases } from '../cases/points.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

describe('maskedStats', () => {
  for (const count of [...pointCases.map((c) => c.count), 1_000_000]) {
    it(`${count} points`, async () => {
      // Far from the origin: mean of squares minus square of mean would lose half of the digits.
      const points = noise(3 * count, 1, 0.2).map((v, k) => v + [0.5, -1, 4][k % 3]);
      const valid = Uint32Array.from({ length: count }, (_, i) => (i % 3 !== 1 ? 1 : 0));
      const { y } = await evaluate((s) => ({
        y: maskedStats({ points: s.input(points, [count, 3]), valid: s.input(valid, [count]) }),
      }));
      const expected = maskedStatsRef(points, valid);
      expect(y[3]).toBe(expected[3]);
      // A chain of 64 and a tree of six in each of two stages; deviations square the error of nothing but differences.
      expectClose(y.slice(0, 3), expected.slice(0, 3), EPS * 140 * 4.2);
      expectClose(y.slice(4), expected.slice(4), EPS * (140 + 8 * 4.2));
    });
  }

  it('gives zeros for nothing, and no deviation for one point', async () => {
    const points = Float32Array.of(1, 2, 3, 4, 5, 6);
    const { none, one } = await evaluate((s) => {
      const p = s.input(points, [2, 3]);
      return {
        none: maskedStats({ points: p, valid: s.input(Uint32Array.of(0, 0), [2]) }),
        one: maskedStats({ points: p, valid: s.input(Uint32Array.of(0, 1), [2]) }),
      };
    });
    expect([...none]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...one]).toEqual([4, 5, 6, 1, 0, 0, 0, 0]);
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const [points, valid] = [g.input('p', [4, 3]), g.input('v', [4], 'u32')];
    expect(() => maskedStats({ points, valid: g.input('w', [3], 'u32') })).toThrow(/valid is \[3\], expected \[4\]/);
    expect(() => maskedStats({ points: g.input('q', [4, 4]), valid })).toThrow(/points are \[4, 4\]/);
    expect(() => maskedStats({ points, valid: g.input('f', [4]) })).toThrow(/valid is f32, expected u32/);
    const [many, flags] = [g.input('r', [5000, 5000, 3]), g.input('s', [5000, 5000], 'u32')];
    expect(() => maskedStats({ points: many, valid: flags })).toThrow(/25000000 points are more than 16777216/);
  });
});
