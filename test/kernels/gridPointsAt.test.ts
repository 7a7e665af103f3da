import { describe, expect, it } from 'vitest';
import { gridPointsAt } from '../../src/pipeline/mcc/listOps.ts';
import { gridPoints } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { gridPointsAtChecks } from '../checks/sweep.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

describe('gridPointsAt', () => {
  itPasses(gridPointsAtChecks);

  it('gives a point the bits that gridPoints gives it', async () => {
    const counts = [5, 6, 7] as const;
    const axes = Float32Array.from(noise(18, 3));
    const indices = Uint32Array.from({ length: 210 }, (_, i) => 209 - i);
    const { listed, all } = await evaluate((s) => ({
      listed: gridPointsAt({ counts, axes }, s.input(indices, [210])),
      all: gridPoints(s.graph, { counts, axes }, 0, 210),
    }));
    for (let i = 0; i < 210; i++) {
      expect(listed.slice(3 * i, 3 * i + 3)).toEqual(all.slice(3 * (209 - i), 3 * (209 - i) + 3));
    }
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const grid = (nx: number, n: number) => ({ counts: [nx, 2, 2] as const, axes: new Float32Array(n) });
    expect(() => gridPointsAt(grid(2, 5), g.input('a', [4], 'u32'))).toThrow(/axes is \[5\], expected \[6\]/);
    expect(() => gridPointsAt(grid(0, 4), g.input('b', [4], 'u32'))).toThrow(/a grid of \[0, 2, 2\] has no points/);
    expect(() => gridPointsAt(grid(2, 6), g.input('c', [2, 2], 'u32'))).toThrow(/indices is \[2, 2\], expected 1 axes/);
    expect(() => gridPointsAt(grid(2, 6), g.input('d', [4]))).toThrow(/indices is f32, expected u32/);
  });
});
