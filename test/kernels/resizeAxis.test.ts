import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/record.ts';
import { resizeAxis } from '../../src/kernels/resizeAxis/resizeAxis.ts';
import { resizeAxisChecks } from '../checks/photos.ts';
import { itPasses } from '../setup/checks.ts';

describe('resizeAxis', () => {
  itPasses(resizeAxisChecks);

  it('says what does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [2, 3]);
    const table = (rows: number, columns: number) => g.input(`${rows} ${columns}`, [rows, columns], 'u32');
    expect(() => resizeAxis(x, 2, table(4, 2), table(4, 3))).toThrow(/resizeAxis: cannot resize axis 2 of \[2, 3\]/);
  });
});
