/** Deterministic test data and comparisons with derived bounds. */

import { halfBits, halfValue } from '../../src/kernels/half.ts';

export const EPS = 2 ** -24;

/** Values in [-scale, scale), from a small generator: the same on every machine. */
export function noise(count: number, seed = 1, scale = 1): Float32Array {
  const out = new Float32Array(count);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = ((state >>> 8) / 2 ** 23 - 1) * scale;
  }
  return out;
}

/** The nearest halves. */
export const asHalf = (x: Float32Array): Float32Array => x.map((v) => halfValue(halfBits(v)));

export function maxAbs(x: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]));
  return largest;
}

/**
 * Throws where `actual` differs from `expected` by more than `bound`, naming the worst element.
 * NaN never matches a number.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number,
  what = 'values',
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} values, expected ${expected.length}`);
  let worst = -1;
  let at = -1;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i] - expected[i]);
    if (!(d <= worst)) {
      worst = d;
      at = i;
      if (Number.isNaN(d)) break;
    }
  }
  if (!(worst <= bound) && expected.length) {
    throw new Error(
      `${what}: element ${at} is ${actual[at]}, expected ${expected[at]}; difference ${worst}, bound ${bound}`,
    );
  }
}

/** Bound of a float32 sum of `n` products of the given size, in any order: c * eps * sqrt(n) * |terms|, c = 8. */
export const sumBound = (n: number, magnitude = 1): number => 8 * EPS * Math.sqrt(n) * magnitude + 4 * EPS * magnitude;
