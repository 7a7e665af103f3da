import { describe, expect, it } from 'vitest';
import { compact } from '../../src/graph/ops/points.ts';
import { Graph } from '../../src/graph/record.ts';
import { compactChecks } from '../checks/movement.ts';
import { itPasses } from '../setup/checks.ts';

describe('compact', () => {
  itPasses(compactChecks);

  it('names what does not fit', () => {
    const g = new Graph();
    expect(() => compact(g.input('f', [9]))).toThrow(/compact: flags is f32, expected u32/);
    expect(() => compact(g.input('m', [3, 3], 'u32'))).toThrow(/compact: flags is \[3, 3\], expected 1 axes/);
  });
});
