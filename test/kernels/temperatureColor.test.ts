import { describe, expect, it } from 'vitest';
import { probabilityThreshold } from '../../src/graph/ops/points.ts';
import { temperatureColor } from '../../src/pipeline/mcc/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { temperatureColorBound, temperatureColorChecks } from '../checks/rows.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectClose } from '../setup/numbers.ts';

describe('temperatureColor', () => {
  itPasses(temperatureColorChecks);

  it('agrees with PyTorch, as does the choice of points', async () => {
    const fixture = await golden('grid');
    const pred = fixture.f32('pred');
    const occupancy = pred.filter((_, i) => i % 769 === 0);
    for (const temperature of [0.1, 0.5, 1]) {
      const name = `color.${temperature.toFixed(1)}`;
      const { y } = await evaluate((s) => ({ y: temperatureColor(s.input(pred, [40, 769]), temperature) }));
      expectClose(y, fixture.f32(name), temperatureColorBound(12 / temperature) + fixture.f64err(name), name);
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
