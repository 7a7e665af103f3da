import { describe, expect, it } from 'vitest';
import { gridPoints } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { gridPointsRef } from '../../src/kernels/gridPoints/gridPoints.ref.ts';
import { gridPointsCases } from '../cases/gridPoints.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('gridPoints', () => {
  for (const { counts, start, count } of gridPointsCases) {
    it(`${count} points from ${start} on of ${counts.join(' x ')}, exactly`, async () => {
      const parts = counts.map((n, axis) => noise(n, axis + 1, 3));
      const axes = Float32Array.from(parts.flatMap((a) => [...a]));
      const expected = gridPointsRef(parts, start, count);
      const read = await evaluate((s) => ({
        fixed: gridPoints(s.graph, { counts, axes }, start, count),
        given: gridPoints(s.graph, { counts, axes }, s.input(Uint32Array.of(start), [1]), count),
      }));
      expect([...read.fixed]).toEqual([...expected]);
      expect(read.given).toEqual(read.fixed);
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const grid = (nx: number, n: number) => ({ counts: [nx, 2, 2] as const, axes: new Float32Array(n) });
    expect(() => gridPoints(g, grid(2, 5), 0, 4)).toThrow(/axes is \[5\], expected \[6\]/);
    expect(() => gridPoints(g, grid(0, 4), 0, 4)).toThrow(/a grid of \[0, 2, 2\] has no points/);
    expect(() => gridPoints(g, grid(2, 6), g.input('start', [2], 'u32'), 4)).toThrow(/start is \[2\], expected \[1\]/);
    expect(() => gridPoints(g, grid(2, 6), g.input('float', [1]), 4)).toThrow(/start is f32, expected u32/);
  });
});
