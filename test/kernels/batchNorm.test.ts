import { describe, expect, it } from 'vitest';
import { batchNorm } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { batchNormChecks } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';

describe('batchNorm', () => {
  itPasses(batchNormChecks);

  it('names the operand that does not fit', () => {
    const g = new Graph();
    const [x, c, wrong] = [g.input('x', [2, 6]), g.input('c', [6]), g.input('wrong', [5])];
    expect(() => batchNorm(x, c, wrong, c, c, 1e-5)).toThrow(/batchNorm: variance is \[5\], expected \[6\]/);
  });
});
