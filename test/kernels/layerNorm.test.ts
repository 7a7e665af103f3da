import { describe, expect, it } from 'vitest';
import { layerNorm } from '../../src/graph/ops/rows.ts';
import { Graph } from '../../src/graph/record.ts';
import { layerNormRef } from '../../src/kernels/layerNorm/layerNorm.ref.ts';
import { ROW_VARIANTS } from '../../src/kernels/target.ts';
import { layerNormBound, layerNormChecks } from '../checks/rows.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectClose, maxAbs, noise } from '../setup/numbers.ts';

for (const rows of ROW_VARIANTS) {
  describe(`layerNorm, ${rows} per row`, () => {
    const device = openDevice({ target: { rows } });

    itPasses(layerNormChecks, () => device);

    it('takes gamma and beta that are computed', async () => {
      const x = noise(5 * 16, 1, 2);
      const gamma = noise(16, 2);
      const { y } = await evaluate(
        (s) => ({ y: layerNorm(s.input(x, [5, 16]), s.input(gamma, [16]), s.input(gamma, [16]), 1e-6) }),
        { device: await device },
      );
      expectClose(y, layerNormRef(x, gamma, gamma, 16, 1e-6), layerNormBound(16, 2, 1.15, 3));
    });

    it('agrees with PyTorch', async () => {
      const fixture = await golden('ops/layernorm');
      const byRows = fixture.cases.flatMap((c, i) => (c.layout === 'rows' ? [i] : []));
      expect(byRows.length).toBe(6);
      for (const i of byRows) {
        const [x, w, b] = ['x', 'w', 'b'].map((key) => fixture.f32(`${i}.${key}`));
        const eps = fixture.cases[i].eps as number;
        const { y } = await evaluate(
          (s) => ({
            y: layerNorm(
              s.input(x, [x.length / w.length, w.length]),
              s.weight(w, [w.length]),
              s.weight(b, [w.length]),
              eps,
            ),
          }),
          { device: await device },
        );
        const expected = fixture.f32(`${i}.y`);
        // Case 5 has deviations near 1e-3, where eps matters; case 4 has a single column, whose deviation is 0.
        const ratio = [2, 2, 2, 42, 0, 2][i];
        const slack = layerNormBound(w.length, ratio, 1.15, maxAbs(expected)) + fixture.f64err(`${i}.y`);
        expectClose(y, expected, slack, `case ${i}`);
      }
    });
  });
}

it('layerNorm names the operand that does not fit', () => {
  const g = new Graph();
  const x = g.input('x', [4, 8]);
  const w = g.input('w', [7]);
  expect(() => layerNorm(x, w, w, 1e-6)).toThrow(/layerNorm: gamma is \[7\], expected \[8\]/);
  const n = g.input('n', [4, 8], 'u32');
  expect(() => layerNorm(n, g.input('v', [8]), g.input('u', [8]), 1e-6)).toThrow(/layerNorm: x is u32, expected f32/);
});
