import { describe, expect, it } from 'vitest';
import { logBinomial } from '../../src/pipeline/zoeDepth/ops.ts';
import { binProbabilities as binProbabilitiesKernel } from '../../src/kernels/binProbabilities/binProbabilities.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { binProbabilitiesChecks, range } from '../checks/depth.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose } from '../setup/numbers.ts';

describe('binProbabilities', () => {
  itPasses(binProbabilitiesChecks);

  it('has the coefficients of the released code', async () => {
    const fixture = await golden('ops/pointwise');
    const cases = fixture.cases.flatMap((c, i) => (c.op === 'logBinomial' ? [i] : []));
    expect(cases.length).toBe(2);
    for (const i of cases) {
      const { y } = await evaluate((s) => ({ y: logBinomial(s.graph, fixture.cases[i].bins as number) }));
      // Terms up to n log n are subtracted: one rounding of the largest.
      const n = (fixture.cases[i].bins as number) - 1;
      expectClose(y, fixture.f32(`${i}.y`), 4 * EPS * n * Math.log(n), `case ${i}`);
    }
  });

  it('says what does not fit', () => {
    expect(() => binProbabilitiesKernel(operand([3, 5]), operand([8]), { bins: 8, ...range })).toThrow(
      /raw is \[3, 5\], expected/,
    );
    expect(() => binProbabilitiesKernel(operand([3, 4]), operand([1, 8]), { bins: 8, ...range })).toThrow(
      /coefficients is \[1, 8\]/,
    );
  });
});
