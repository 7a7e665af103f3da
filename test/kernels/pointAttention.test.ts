import { describe, expect, it } from 'vitest';
import { pointAttention } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { pointAttentionChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';

describe('pointAttention', () => {
  itPasses(pointAttentionChecks);

  it('names what does not fit', () => {
    const g = new Graph();
    const [points, valid] = [g.input('p', [1, 4, 4, 3]), g.input('v', [1, 4, 4], 'u32')];
    const tables = { spread: g.input('s', [11, 4]), scores: g.input('t', [12, 3]) };
    const run =
      (part: object, window = 2) =>
      () =>
        pointAttention(points, valid, { ...tables, ...part }, { window, eps: 1e-6 });
    expect(run({})).not.toThrow();
    expect(run({}, 3)).toThrow(/4 x 4 points does not split into windows of 3/);
    expect(run({ spread: tables.scores })).toThrow(/spread is \[12, 3\], expected \[11, 4\]/);
    expect(run({ scores: tables.spread })).toThrow(/scores is \[11, 4\], expected \[12, heads\]/);
    const float = g.input('f', [1, 4, 4]);
    expect(() => pointAttention(points, float, tables, { window: 2, eps: 1e-6 })).toThrow(/valid is f32/);
    expect(() => pointAttention(float, valid, tables, { window: 2, eps: 1e-6 })).toThrow(/points is \[1, 4, 4\]/);
  });
});
