import { describe, expect, it } from 'vitest';
import { affine, clamp } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { affineChecks } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';

describe('affine', () => {
  itPasses(affineChecks);

  it('refuses an empty range and integers', () => {
    const g = new Graph();
    expect(() => clamp(g.input('x', [3]), 1, 0)).toThrow(/affine: the range 1 .. 0 is empty/);
    expect(() => affine(g.input('i', [3], 'i32'), 1, 0)).toThrow(/affine: x is i32, expected f32/);
  });
});
