import { describe, expect, it } from 'vitest';
import { shellOf, stepOf } from '../../../src/pipeline/surface/volume.ts';
import { ball, shellField } from './shells.ts';

describe('shellOf', () => {
  it('takes what is occupied, with free space around it', () => {
    const { volume, touches } = shellOf(shellField(ball(0.5), { step: 0.05 }), 0)!;
    expect(touches).toEqual([]);
    const reach = -volume.origin[0];
    expect(reach).toBeGreaterThan(0.5 + 0.3);
    expect(reach).toBeLessThan(1.1);
    expect(stepOf(volume)).toBeCloseTo(0.05, 6);
  });

  it('refines coarse grids, and keeps the values of their points', () => {
    const field = shellField(ball(0.5), { step: 0.2, reach: 0.25 });
    const { volume } = shellOf(field, 0)!;
    expect(stepOf(volume)).toBeCloseTo(0.05, 6);
    const { counts, origin, steps, values } = volume;
    const n = field.counts[0];
    for (const places of [
      [7, 7, 9],
      [5, 8, 6],
    ]) {
      const [x, y, z] = places.map((place, a) => Math.round((field.axes[place] - origin[a]) / steps[a]));
      const onGrid = field.logits[(places[0] * n + places[1]) * n + places[2]];
      expect(values[(x * counts[1] + y) * counts[2] + z]).toBeCloseTo(onGrid, 5);
    }
  });

  it('says which sides of the grid are touched', () => {
    const { touches } = shellOf(shellField(ball(0.5, [1.2, 0, -1.4])), 0)!;
    expect(touches).toEqual([
      { axis: 'x', end: 'high' },
      { axis: 'z', end: 'low' },
    ]);
  });

  it('takes points that were not queried as free, and finds nothing in an empty field', () => {
    const field = shellField(ball(0.5), { step: 0.05 });
    const known = { ...field, logits: field.logits.map((logit) => (logit < -2 ? NaN : logit)) };
    const { volume } = shellOf(known, 0)!;
    expect(volume.values.every(Number.isFinite)).toBe(true);
    expect(Math.min(...volume.values)).toBeLessThan(-3);
    expect(shellOf({ ...field, logits: field.logits.fill(-1) }, 0)).toBeUndefined();
  });
});
