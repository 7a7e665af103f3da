import { describe, expect, it } from 'vitest';
import { probabilityThreshold } from '../../src/graph/ops/points.ts';
import { temperatureColor } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { temperatureColorRef } from '../../src/kernels/temperatureColor/temperatureColor.ref.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';

/** An exponent of up to `spread` is rounded, which is a relative error of its term; 256 terms are added. */
const bound = (spread: number) => EPS * (4 * Math.min(spread, 110) + 8 * 16 + 8);

describe('temperatureColor', () => {
  for (const { n, stride, temperature, scale } of [
    { n: 1, stride: 768, temperature: 1, scale: 1 },
    { n: 23, stride: 769, temperature: 0.1, scale: 6 },
    { n: 5, stride: 772, temperature: 0.1, scale: 90 },
  ]) {
    it(`[${n}, ${stride}] at ${temperature}`, async () => {
      const logits = noise(n * stride, 1, scale);
      const { y } = await evaluate((s) => ({ y: temperatureColor(s.input(logits, [n, stride]), temperature) }));
      expectClose(y, temperatureColorRef(logits, stride, temperature), bound((2 * scale) / temperature));
    });
  }

  it('agrees with PyTorch, as does the choice of points', async () => {
    const fixture = await golden('grid');
    const pred = fixture.f32('pred');
    const occupancy = pred.filter((_, i) => i % 769 === 0);
    for (const temperature of [0.1, 0.5, 1]) {
      const name = `color.${temperature.toFixed(1)}`;
      const { y } = await evaluate((s) => ({ y: temperatureColor(s.input(pred, [40, 769]), temperature) }));
      expectClose(y, fixture.f32(name), bound(12 / temperature) + fixture.f64err(name), name);
    }
    for (const limit of [0.1, 0.3, 0.5]) {
      const { y } = await evaluate((s) => ({ y: probabilityThreshold(s.input(occupancy, [40]), limit) }));
      expect(y, `${limit}`).toEqual(fixture.u32(`select.${limit}`));
    }
  });

  it('names what does not fit', () => {
    const g = new Graph();
    expect(() => temperatureColor(g.input('x', [4, 767]), 0.1)).toThrow(/a row needs 3 x 256 of them/);
    expect(() => temperatureColor(g.input('y', [4, 768]), 0)).toThrow(/the temperature is 0; it must be positive/);
    expect(() => temperatureColor(g.input('z', [768]), 1)).toThrow(/expected 2 axes/);
  });
});
