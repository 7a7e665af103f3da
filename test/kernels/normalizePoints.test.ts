import { describe, expect, it } from 'vitest';
import { normalizePoints } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { normalizePointsChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';

describe('normalizePoints', () => {
  itPasses(normalizePointsChecks);

  it('names what does not fit', () => {
    const g = new Graph();
    const [points, valid, stats] = [g.input('p', [4, 3]), g.input('v', [4], 'u32'), g.input('s', [8])];
    expect(() => normalizePoints({ points, valid }, g.input('t', [4]))).toThrow(/stats is \[4\], expected \[8\]/);
    expect(() => normalizePoints({ points, valid: g.input('w', [5], 'u32') }, stats)).toThrow(/valid is \[5\]/);
    expect(() => normalizePoints({ points: g.input('q', [4, 2]), valid }, stats)).toThrow(/points are \[4, 2\]/);
  });
});
