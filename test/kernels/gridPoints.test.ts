import { describe, expect, it } from 'vitest';
import { gridPoints } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { gridPointsChecks } from '../checks/sweep.ts';
import { itPasses } from '../setup/checks.ts';

describe('gridPoints', () => {
  itPasses(gridPointsChecks);

  it('names what does not fit', () => {
    const g = new Graph();
    const grid = (nx: number, n: number) => ({ counts: [nx, 2, 2] as const, axes: new Float32Array(n) });
    expect(() => gridPoints(g, grid(2, 5), 0, 4)).toThrow(/axes is \[5\], expected \[6\]/);
    expect(() => gridPoints(g, grid(0, 4), 0, 4)).toThrow(/a grid of \[0, 2, 2\] has no points/);
    expect(() => gridPoints(g, grid(2, 6), g.input('start', [2], 'u32'), 4)).toThrow(/start is \[2\], expected \[1\]/);
    expect(() => gridPoints(g, grid(2, 6), g.input('float', [1]), 4)).toThrow(/start is f32, expected u32/);
  });
});
