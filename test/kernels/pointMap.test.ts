import { describe, expect, it } from 'vitest';
import { pointMap } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { pointMapChecks } from '../checks/points.ts';
import { itPasses } from '../setup/checks.ts';

describe('pointMap', () => {
  itPasses(pointMapChecks);

  it('names what does not fit', () => {
    const g = new Graph();
    const [depth, mask, intrinsics] = [g.input('d', [4, 5]), g.input('m', [4, 5], 'u32'), g.input('i', [4])];
    const points = g.input('p', [4, 5, 3]);
    const wrong = { depth: /depth is \[4, 5, 3\]/, mask: /mask is \[20\], expected 2 axes/ };
    expect(() => pointMap({ depth: points, mask, intrinsics })).toThrow(wrong.depth);
    expect(() => pointMap({ depth, mask: g.input('n', [20], 'u32'), intrinsics })).toThrow(wrong.mask);
    expect(() => pointMap({ depth, mask: depth, intrinsics })).toThrow(/mask is f32, expected u32/);
    expect(() => pointMap({ depth, mask, intrinsics: g.input('k', [3, 3]) })).toThrow(/intrinsics is \[3, 3\]/);
    expect(() => pointMap({ points: g.input('q', [5, 4, 3]), mask })).toThrow(
      /points are \[5, 4, 3\], the mask is \[4, 5\]/,
    );
  });
});
