import { describe, expect, it } from 'vitest';
import { expectGridBox, GridError, gridOf, pointsOf } from '../../src/pipeline/mcc/grid.ts';
import { golden } from '../setup/golden.ts';

describe('gridOf', () => {
  it('has the coordinates of the released code, bit for bit', async () => {
    const fixture = await golden('grid');
    for (const [granularity, n] of Object.entries(fixture.meta<Record<string, number>>('sizes'))) {
      const grid = gridOf(Number(granularity));
      expect(grid.counts).toEqual([n, n, n]);
      expect(grid.total).toBe(n ** 3);
      const expected = fixture.f32(`axis.${granularity}`);
      for (let axis = 0; axis < 3; axis++) expect(grid.axes.slice(axis * n, (axis + 1) * n)).toEqual(expected);
    }
    const grid = gridOf(0.7);
    const all = Array.from({ length: grid.total }, (_, i) => i);
    expect(pointsOf(grid, all)).toEqual(fixture.f32('points.0.7'));
  });

  it('takes other boxes: unequal sides, another center', () => {
    const grid = gridOf(0.5, { min: [-3, -1, 0], max: [3, 1, 4] });
    expect(grid.counts).toEqual([12, 4, 8]);
    expect([...grid.axes.slice(12, 16)]).toEqual([-1, -0.5, 0, 0.5]);
    expect([...grid.axes.slice(16)]).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5]);
    expect(grid.step).toBe(0.5);
    expect([...pointsOf(grid, [0, 1, 8, 32])]).toEqual([-3, -1, 0, -3, -1, 0.5, -3, -0.5, 0, -2.5, -1, 0]);
  });

  it('says what to do about a grid that cannot be', () => {
    for (const granularity of [0, -1, NaN, Infinity]) expect(() => gridOf(granularity)).toThrow(GridError);
    expect(() => gridOf(0)).toThrow(/granularity is 0.*positive number/s);
    expect(() => gridOf(0.001)).toThrow(/6000 x 6000 x 6000 points.*larger granularity/s);
    expect(() => gridOf(0.1, { min: [0, 0, 0], max: [1, 0, 1] })).toThrow(
      /box from \(0, 0, 0\) to \(1, 0, 1\) is empty along y/,
    );
    expect(() => gridOf(1, { min: [-1e308, 0, 0], max: [1e308, 1, 1] })).toThrow(/Infinity x 1 x 1 points/);
  });
});

describe('expectGridBox', () => {
  const corner = [0, 0, 0];

  it('takes three finite numbers a corner, the first below the second', () =>
    expect(() => expectGridBox({ min: [-1, -2, 0], max: [1, -1, 1e-3] })).not.toThrow());

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /corner min .* is of type undefined\. Give three finite numbers/],
    ['null', null, /corner min/],
    ['six numbers', [-1, -1, -1, 1, 1, 1], /corner min/],
    ['no max', { min: corner }, /corner max .* is of type undefined/],
    ['two numbers', { min: [0, 0], max: [1, 1, 1] }, /corner min .* is \[0, 0\]/],
    ['four numbers', { min: corner, max: [1, 1, 1, 1] }, /corner max .* is \[1, 1, 1, 1\]/],
    ['text', { min: ['0', 0, 0], max: [1, 1, 1] }, /corner min .* is \[0, 0, 0\]/],
    ['NaN', { min: [NaN, 0, 0], max: [1, 1, 1] }, /corner min .* is \[NaN, 0, 0\]/],
    ['infinity', { min: corner, max: [1, Infinity, 1] }, /corner max/],
    ['min at max', { min: corner, max: [1, 1, 0] }, /from \(0, 0, 0\) to \(1, 1, 0\) is empty along z/],
    ['min above max', { min: [2, 0, 0], max: [1, 1, 1] }, /empty along x.*must be less than that of `max`/],
  ])('refuses %s', (_, box, message) => {
    expect(() => expectGridBox(box)).toThrow(GridError);
    expect(() => expectGridBox(box)).toThrow(message);
  });
});
