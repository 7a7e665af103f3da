import { describe, expect, it } from 'vitest';
import { pointEmbed } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { pointEmbedChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';

describe('pointEmbed', () => {
  itPasses(pointEmbedChecks);

  it('names the operand that does not fit', () => {
    const g = new Graph();
    const [points, valid] = [g.input('points', [4, 3]), g.input('valid', [4], 'u32')];
    const [w, b] = [g.input('w', [8, 3]), g.input('b', [8])];
    const missing = g.input('missing', [7]);
    expect(() => pointEmbed(points, valid, { w, b, missing })).toThrow(/missing is \[7\], expected \[8\]/);
    expect(() => pointEmbed(points, valid, { w: points, b, missing: b })).toThrow(/w is \[4, 3\], expected \[8, 3\]/);
    expect(() => pointEmbed(w, valid, { w, b, missing: b })).toThrow(/points is \[8, 3\], expected \[4, 3\]/);
    expect(() => pointEmbed(points, g.input('floats', [4]), { w, b, missing: b })).toThrow(/valid is f32/);
  });
});
