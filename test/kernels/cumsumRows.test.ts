import { describe, expect, it } from 'vitest';
import { cumsumRows } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { channelsLast } from '../setup/channelsLast.ts';
import { cumsumBound, cumsumRowsChecks } from '../checks/rows.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectClose } from '../setup/numbers.ts';

describe('cumsumRows', () => {
  itPasses(cumsumRowsChecks);

  it('agrees with PyTorch', async () => {
    const fixture = await golden('ops/pointwise');
    const i = fixture.cases.findIndex((c) => c.op === 'cumsum');
    const { shape } = fixture.tensor(`${i}.x`);
    const x = channelsLast(fixture.f32(`${i}.x`), shape);
    const { y } = await evaluate((s) => ({ y: cumsumRows(s.input(x, [x.length / shape[1], shape[1]])) }));
    const expected = channelsLast(fixture.f32(`${i}.y`), shape);
    expectClose(y, expected, cumsumBound(shape[1], expected));
  });

  it('wants floats', () => {
    expect(() => cumsumRows(new Graph().input('x', [2, 2], 'u32'))).toThrow(/cumsumRows: x is u32, expected f32/);
  });
});
