import { describe, expect, it } from 'vitest';
import { resampleNearest } from '../../src/io/resample.ts';

describe('resampling by the nearest pixel', () => {
  it('takes the pixel that holds the center', () => {
    const values = new Float32Array([1, 2, 3, 4, 5, 6]);
    expect([...resampleNearest(values, { width: 3, height: 2 }, { width: 1, height: 1 })]).toEqual([5]);
    expect([...resampleNearest(values, { width: 3, height: 2 }, { width: 6, height: 2 })]).toEqual([
      1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
    ]);
  });

  it('keeps channels together', () => {
    const from = { width: 2, height: 1 };
    const values = new Uint8Array([1, 2, 3, 4]);
    expect([...resampleNearest(values, from, { width: 4, height: 1 }, 2)]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  });

  it.each([
    [5, 7],
    [7, 8],
    [100, 123],
  ])('enlarges %d to %d and back without a change', (small, large) => {
    const values = Uint16Array.from({ length: small * 3 }, (_, i) => (i * 37) % 256);
    const [from, to] = [
      { width: small, height: 3 },
      { width: large, height: 4 },
    ];
    expect(resampleNearest(resampleNearest(values, from, to), to, from)).toEqual(values);
  });

  it('refuses values that do not fit', () => {
    expect(() => resampleNearest(new Uint8Array(3), { width: 2, height: 2 }, { width: 1, height: 1 })).toThrow(
      '3 values',
    );
  });
});
