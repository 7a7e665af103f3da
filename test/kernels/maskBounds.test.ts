import { describe, expect, it } from 'vitest';
import { maskBounds } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { maskBoundsChecks } from '../checks/masks.ts';
import { itPasses } from '../setup/checks.ts';

describe('maskBounds', () => {
  itPasses(maskBoundsChecks);

  it('names what does not fit', () => {
    const g = new Graph();
    expect(() => maskBounds(g.input('m', [9], 'u32'))).toThrow(/maskBounds: mask is \[9\], expected 2 axes/);
    expect(() => maskBounds(g.input('f', [3, 3]))).toThrow(/maskBounds: mask is f32, expected u32/);
  });
});
