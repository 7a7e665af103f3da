import { describe, expect, it } from 'vitest';
import { add } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { binaryChecks } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';

describe('binary', () => {
  itPasses(binaryChecks);

  it('names what does not fit', () => {
    const g = new Graph();
    const a = g.input('a', [2, 3, 4]);
    expect(() => add(a, g.input('b', [3]))).toThrow(/add: b is \[3\], which cannot be broadcast to a, \[2, 3, 4\]/);
    expect(() => add(a, g.input('c', [5, 2, 3, 4]))).toThrow(/larger operand comes first/);
    const many = g.input('d', [2, 3, 2, 3, 2]);
    expect(() => add(many, g.input('e', [2, 1, 2, 1, 2]))).toThrow(/cannot be broadcast/);
  });
});
