import { describe, expect, it } from 'vitest';
import { binProbabilities, logBinomial } from '../../src/pipeline/zoeDepth/ops.ts';
import { binProbabilitiesRef } from '../../src/kernels/binProbabilities/binProbabilities.ref.ts';
import { binProbabilities as binProbabilitiesKernel } from '../../src/kernels/binProbabilities/binProbabilities.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { binProbabilitiesCases } from '../cases/binProbabilities.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

const range = { minTemp: 0.0212, maxTemp: 50 };

describe('binProbabilities', () => {
  for (const { pixels, bins } of binProbabilitiesCases) {
    it(`[${pixels}, ${bins}]`, async () => {
      const raw = noise(pixels * 4, 7, 3);
      const { y, coefficients } = await evaluate((s) => ({
        y: binProbabilities(s.input(raw, [pixels, 4]), bins, range),
        coefficients: logBinomial(s.graph, bins),
      }));
      // Scores reach 9.2 (bins - 1) and are divided by temperatures of about 1 or more here; an error of a score is a
      // relative error of its probability, which is below 1.
      expectClose(y, binProbabilitiesRef(raw, coefficients, { bins, ...range }), 8 * EPS * 9.2 * bins);
    });
  }

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
