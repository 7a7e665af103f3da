import { describe, expect, it } from 'vitest';
import { sortRows } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { channelsLast } from '../setup/channelsLast.ts';
import { sortRowsChecks } from '../checks/rows.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';

describe('sortRows', () => {
  itPasses(sortRowsChecks);

  it('agrees with PyTorch', async () => {
    const fixture = await golden('ops/pointwise');
    const i = fixture.cases.findIndex((c) => c.op === 'sort');
    const { shape } = fixture.tensor(`${i}.x`);
    const x = channelsLast(fixture.f32(`${i}.x`), shape);
    const { y } = await evaluate((s) => ({ y: sortRows(s.input(x, [x.length / shape[1], shape[1]])) }));
    expect(y).toEqual(channelsLast(fixture.f32(`${i}.y`), shape));
  });

  it('wants floats', () => {
    expect(() => sortRows(new Graph().input('x', [2, 2], 'u32'))).toThrow(/sortRows: x is u32, expected f32/);
  });
});
