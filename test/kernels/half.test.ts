import { describe, expect, it } from 'vitest';
import { fromHalves, halfBits, halfValue, toHalves } from '../../src/kernels/half.ts';

describe('half precision', () => {
  it('rounds to nearest, ties to even', () => {
    for (const [x, bits] of [
      [0, 0],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2.5, 0xc100],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
      [2 ** -24, 1],
      [2 ** -25, 0],
      [3 * 2 ** -25, 2],
      [65504, 0x7bff],
      [1e6, 0x7bff],
      [-Infinity, 0xfbff],
    ]) {
      expect(halfBits(x), `half of ${x}`).toBe(bits);
    }
    expect(halfValue(halfBits(NaN))).toBeNaN();
  });

  it('gives every half back', () => {
    for (let h = 0; h < 0x7c00; h += 7) expect(halfBits(halfValue(h))).toBe(h);
    expect(halfValue(0x7c00)).toBe(Infinity);
    expect(halfValue(0xc000)).toBe(-2);
  });

  it('packs pairs into words, the first in the low bits', () => {
    expect(toHalves(Float32Array.of(1, -2, 0.5))).toEqual(Uint32Array.of(0xc0003c00, 0x3800));
    expect(fromHalves(Uint16Array.of(0x3c00, 0xc000, 1))).toEqual(Float32Array.of(1, -2, 2 ** -24));
  });
});
