import { describe, expect, it } from 'vitest';
import { matmul } from '../../src/graph/ops/matmul.ts';
import { Graph } from '../../src/graph/record.ts';
import { matmulChecks } from '../checks/products.ts';
import { itPasses } from '../setup/checks.ts';
import { openDevice } from '../setup/evaluate.ts';

for (const rows of ['workgroup', 'lane'] as const) {
  describe(`matmul where rows are reduced by one ${rows}`, () => {
    const device = openDevice({ target: { rows } });

    itPasses(matmulChecks, () => device);
  });
}

describe('matmul', () => {
  it('says which shape it expects', () => {
    const g = new Graph();
    const a = g.input('a', [2, 3, 4]);
    expect(() => matmul(a, g.input('b', [2, 5, 4]))).toThrow(
      /matmul: a is \[2, 3, 4\], so b must be \[2, 4, N\]; it is \[2, 5, 4\]/,
    );
    expect(() => matmul(a, g.input('c', [4, 4]))).toThrow(/matmul: b is \[4, 4\], expected 3 axes/);
  });
});
