import { describe, expect, it } from 'vitest';
import { softmax } from '../../src/graph/ops/rows.ts';
import { Graph } from '../../src/graph/record.ts';
import { softmaxRef } from '../../src/kernels/softmax/softmax.ref.ts';
import { ROW_VARIANTS } from '../../src/kernels/target.ts';
import { softmaxBound, softmaxChecks } from '../checks/rows.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate, openDevice } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectClose, noise } from '../setup/numbers.ts';

for (const rows of ROW_VARIANTS) {
  describe(`softmax, ${rows} per row`, () => {
    const device = openDevice({ target: { rows } });

    const run = async (x: Float32Array, shape: number[], divisor: number) =>
      (await evaluate((s) => ({ y: softmax(s.input(x, shape), { divisor }) }), { device: await device })).y;

    itPasses(softmaxChecks, () => device);

    for (const C of [20, 21]) {
      it(`gives exactly 0 for ${C - 11} columns that do not count`, async () => {
        const x = noise(5 * C, 2, 2).map((v, i) => (i % C < 11 ? v : -3.4e38));
        const y = await run(x, [5, C], 0.5);
        expectClose(y, softmaxRef(x, C, 0.5), softmaxBound(C, 8));
        expect([...y].filter((_, i) => i % C >= 11)).toEqual(new Array(5 * (C - 11)).fill(0));
      });
    }

    it('spreads evenly over a row in which nothing counts', async () => {
      expect([...(await run(new Float32Array(8).fill(-3.4e38), [2, 4], 0.1))]).toEqual(new Array(8).fill(0.25));
    });

    it('agrees with PyTorch', async () => {
      const fixture = await golden('ops/softmax');
      const alongRows = fixture.cases.flatMap((c, i) => (c.axis === undefined ? [i] : []));
      expect(alongRows.length).toBe(6);
      for (const i of alongRows) {
        const x = fixture.f32(`${i}.x`).map((v) => Math.max(v, -3.4e38));
        const shape = [...fixture.tensor(`${i}.x`).shape];
        const divisor = fixture.cases[i].divisor as number;
        const spread = [1, 6, 240, 10, 180, 4][i];
        const slack = softmaxBound(shape[1], spread) + fixture.f64err(`${i}.y`);
        expectClose(await run(x, shape, divisor), fixture.f32(`${i}.y`), slack, `case ${i}`);
      }
    });
  });
}

it('softmax needs a positive divisor and floats', () => {
  const g = new Graph();
  expect(() => softmax(g.input('x', [3, 4]), { divisor: 0 })).toThrow(/softmax: the divisor .* must be positive/);
  expect(() => softmax(g.input('n', [3, 4], 'u32'))).toThrow(/softmax: x is u32, expected f32/);
});
