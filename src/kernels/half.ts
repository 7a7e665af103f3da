/** IEEE half precision on the host: conversions for weights and tensors that are stored as f16. */

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/**
 * The bits of the half nearest to `x`, ties to even; outside the range of halves, the largest half of that sign.
 * Exported for tests.
 */
export function halfBits(x: number): number {
  value[0] = x;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7bff;
  if (magnitude < 0x38800000) {
    // A subnormal half counts in units of 2^-24; adding 0.5 rounds to such a unit.
    value[0] = Math.abs(x) + 0.5;
    return sign | (bits[0] - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** The value of a half. */
export function halfValue(half: number): number {
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  const magnitude =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction
          ? NaN
          : Infinity
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half & 0x8000 ? -magnitude : magnitude;
}

/** Halves of `x`, two to a word, the first in the low bits; an odd last one is followed by a zero. */
export function toHalves(x: Float32Array): Uint32Array {
  const out = new Uint32Array(Math.ceil(x.length / 2));
  const view = new Uint16Array(out.buffer);
  for (let i = 0; i < x.length; i++) view[i] = halfBits(x[i]);
  return out;
}

/** The values of halves. */
export const fromHalves = (halves: Uint16Array): Float32Array => Float32Array.from(halves, halfValue);
