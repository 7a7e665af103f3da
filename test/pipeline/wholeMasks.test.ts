/** Which of all masks are those of whole objects. */
import { describe, expect, it } from 'vitest';
import { wholeMasks } from '../../src/pipeline/everything/wholeMasks.ts';
import { maskOf, runsOf, sharedArea } from '../../src/pipeline/maskRuns.ts';

const SIZE = { width: 40, height: 30 };

const rectangle = (left: number, top: number, right: number, bottom: number) =>
  runsOf(
    Uint8Array.from({ length: 1200 }, (_, i) => {
      const [x, y] = [i % 40, Math.floor(i / 40)];
      return x >= left && x < right && y >= top && y < bottom ? 1 : 0;
    }),
    SIZE,
  );

describe('whole masks', () => {
  it('are large enough, no background, and no part of another; the largest first', () => {
    const masks = [
      rectangle(2, 2, 4, 4), // 4 pixels
      rectangle(5, 5, 15, 15),
      rectangle(6, 6, 10, 10), // inside the one before
      rectangle(0, 20, 40, 30), // a floor
      rectangle(20, 5, 34, 25),
      rectangle(1, 1, 39, 29), // nearly everything
      rectangle(30, 12, 38, 18), // half in, half out
    ];
    expect(wholeMasks(masks)).toEqual({ whole: [4, 1, 6], small: [0], background: [5, 3], groups: [], parts: [2] });
    expect(wholeMasks(masks, { minArea: 110 }).whole).toEqual([4]);
    expect(wholeMasks(masks, { minArea: 0 }).whole).toEqual([4, 1, 6, 0]);
    expect(() => wholeMasks(masks, { minArea: NaN })).toThrow('minArea is NaN. Give a number of pixels');
  });

  it('are no groups of objects that have masks of their own', () => {
    const [left, right] = [rectangle(2, 5, 12, 15), rectangle(20, 5, 34, 25)];
    const both = runsOf(
      maskOf(left).map((value, i) => value | maskOf(right)[i]),
      SIZE,
    );
    expect(wholeMasks([both, left, right])).toMatchObject({ whole: [2, 1], groups: [0], parts: [] });
    // Behind a pole an object may have two regions. Without masks of their own they are one object.
    expect(wholeMasks([both, left])).toMatchObject({ whole: [0], groups: [], parts: [1] });
    expect(wholeMasks([both, both, left])).toMatchObject({ whole: [0], groups: [], parts: [1, 2] });
    // Regions that touch are one.
    const touching = rectangle(2, 5, 22, 15);
    expect(wholeMasks([touching, left, rectangle(12, 5, 22, 15)])).toMatchObject({ whole: [0], parts: [1, 2] });
  });

  it('leave out empty ones, and there may be none', () => {
    expect(wholeMasks([runsOf(new Uint8Array(1200), SIZE)], { minArea: 0 })).toMatchObject({ whole: [], small: [0] });
    expect(wholeMasks([])).toMatchObject({ whole: [], parts: [] });
  });
});

describe('the shared area', () => {
  it('is what both masks hold, pixel by pixel', () => {
    // Pseudorandom masks, the first pixel inside in half of them.
    const masks = Array.from({ length: 8 }, (_, seed) => {
      let state = seed * 7919 + 1;
      const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
      return Uint8Array.from({ length: 1200 }, (_, i) => (i === 0 ? seed % 2 : next() < 0.1 * (seed + 1) ? 1 : 0));
    });
    for (const a of masks) {
      for (const b of masks) {
        const expected = a.reduce((sum, value, i) => sum + (value & b[i]), 0);
        expect(sharedArea(runsOf(a, SIZE), runsOf(b, SIZE))).toBe(expected);
      }
    }
  });
});
