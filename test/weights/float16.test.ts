import { describe, expect, it } from 'vitest';
import { decodeBF16, decodeF16, encodeBF16, encodeF16 } from '../../weights/float16.ts';

const everyPattern = Uint16Array.from({ length: 65536 }, (_, i) => i);

describe('float16', () => {
  it('decodes the patterns of the standard', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x3555);
    const expected = [1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, -Infinity, 0.333251953125];
    expect([...decodeF16(halves)]).toEqual(expected);
    expect(decodeF16(Uint16Array.of(0x7e00))[0]).toBeNaN();
  });

  it('encodes what it decodes to the same bits, for every pattern but the NaNs', () => {
    const back = encodeF16(decodeF16(everyPattern));
    const isNan = (half: number) => (half & 0x7fff) > 0x7c00;
    expect(everyPattern.findIndex((half, i) => (isNan(half) ? !isNan(back[i]) : back[i] !== half))).toBe(-1);
  });

  it('rounds to nearest, ties to even, subnormals included', () => {
    const finite = decodeF16(everyPattern.slice(0, 0x7c00));
    for (let half = 0; half < finite.length - 1; half += 97) {
      const [low, high] = [finite[half], finite[half + 1]];
      const between = Float32Array.of(0.75 * low + 0.25 * high, 0.5 * low + 0.5 * high, 0.25 * low + 0.75 * high);
      const even = half % 2 === 0 ? half : half + 1;
      expect([...encodeF16(between)]).toEqual([half, even, half + 1]);
    }
  });

  it('sends 65520 and above to infinity and 2^-25 and below to zero', () => {
    expect([...encodeF16(Float32Array.of(65519.9, 65520, -1e30, 2 ** -25, -(2 ** -26), 2 ** -25 * 1.001))]).toEqual([
      0x7bff, 0x7c00, 0xfc00, 0, 0x8000, 1,
    ]);
    expect(encodeF16(Float32Array.of(NaN))[0] & 0x7fff).toBeGreaterThan(0x7c00);
  });
});

describe('bfloat16', () => {
  it('encodes what it decodes to the same bits, for every pattern but the NaNs', () => {
    const back = encodeBF16(decodeBF16(everyPattern));
    const isNan = (upper: number) => (upper & 0x7fff) > 0x7f80;
    expect(everyPattern.findIndex((upper, i) => (isNan(upper) ? !isNan(back[i]) : back[i] !== upper))).toBe(-1);
  });

  it('rounds to nearest, ties to even', () => {
    const values = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -3.4028235e38);
    expect([...encodeBF16(values)]).toEqual([0x3f80, 0x3f82, 0x3f81, 0xff80]);
  });
});
