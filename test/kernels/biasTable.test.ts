import { describe, expect, it } from 'vitest';
import { relativeBias, resizeBiasTable } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { biasTable } from '../../src/kernels/biasTable/biasTable.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { biasTableChecks } from '../checks/depth.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose } from '../setup/numbers.ts';

describe('biasTable', () => {
  itPasses(biasTableChecks);

  it('agrees with the released code', async () => {
    const fixture = await golden('ops/pointwise');
    const cases = fixture.cases.flatMap((c, i) => (c.op === 'relativeBias' ? [i] : []));
    expect(cases.length).toBe(4);
    for (const i of cases) {
      const { native, height, width } = fixture.cases[i] as Record<string, number>;
      const { y } = await evaluate((s) => ({
        y: relativeBias(
          resizeBiasTable(s.input(fixture.f32(`${i}.x`), fixture.tensor(`${i}.x`).shape), native, height, width),
          height,
          width,
        ),
      }));
      const exact = native === height && native === width;
      expectClose(y, fixture.f32(`${i}.y`), exact ? 0 : 8 * EPS, `case ${i}`);
    }
  });

  it('says what does not fit', () => {
    const g = new Graph();
    expect(() => resizeBiasTable(g.input('t', [12, 2]), 3, 4, 4)).toThrow(/table is \[12, 2\], expected \[28, 2\]/);
    const taps = operand([3, 4], 'u32');
    expect(() => biasTable(operand([13, 2]), taps, taps)).toThrow(/the number of its rows must be a square plus three/);
  });
});
