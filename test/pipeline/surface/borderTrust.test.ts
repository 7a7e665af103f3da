import { describe, expect, it } from 'vitest';
import { borderTrust } from '../../../src/pipeline/surface/borderTrust.ts';

const [width, height, reach] = [60, 40, 4];

/** Trust where rectangles [left, top, right, bottom] are known, right and bottom excluded. */
function trustOf(...known: readonly (readonly [number, number, number, number])[]) {
  const isKnown = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return known.some(([left, top, right, bottom]) => x >= left && x < right && y >= top && y < bottom) ? 1 : 0;
  });
  const trust = borderTrust(isKnown, width, height, reach);
  return (x: number, y: number): number => trust[y * width + x];
}

describe('borderTrust', () => {
  const body = [10, 5, 40, 35] as const;

  it('grows from the border to the inside', () => {
    const at = trustOf(body);
    expect(at(9, 20)).toBe(0);
    // A ninth of the square for each column of it: five of nine are inside at the first pixel.
    const steps = [1, 3, 5, 7, 9].map((ninths) => ninths / 9);
    steps.forEach((expected, k) => expect(at(10 + k, 20)).toBeCloseTo(expected, 6));
    expect(at(25, 20)).toBe(1);
  });

  it('does not trust corners of thick parts', () => {
    const at = trustOf(body);
    for (const [x, y] of [
      [10, 5],
      [39, 5],
      [10, 34],
      [39, 34],
    ] as const)
      expect(at(x, y)).toBe(0);
  });

  it('trusts thin parts', () => {
    const at = trustOf(body, [40, 18, 56, 24]);
    expect(at(55, 18)).toBe(1);
    expect(at(55, 23)).toBe(1);
    expect(at(55, 24)).toBe(0);
  });

  it('does not trust what lies around a hole in the depth', () => {
    const at = trustOf([5, 5, 29, 35], [31, 5, 55, 35]);
    expect(at(28, 20)).toBeLessThan(1);
    expect(at(29, 20)).toBe(0);
  });
});
