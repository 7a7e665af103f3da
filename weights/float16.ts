/** IEEE half precision and bfloat16, bit for bit; rounding is to nearest, ties to even. */

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** Decodes one half-precision bit pattern. */
function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let halfTable: Float32Array | undefined;

/** Decodes half-precision bit patterns to f32, exactly. */
export function decodeF16(halves: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halfTable[halves[i]];
  return out;
}

/** Decodes bfloat16 bit patterns, the upper halves of f32, to f32 exactly. */
export function decodeBF16(upper: Uint16Array): Float32Array {
  const out = new Uint32Array(upper.length);
  for (let i = 0; i < upper.length; i++) out[i] = upper[i] << 16;
  return new Float32Array(out.buffer);
}

/** Computes `x / 2^shift`, rounded to nearest, ties to even, for unsigned x below 2^32 and shift 1..31. */
function shiftRight(x: number, shift: number): number {
  const kept = x >>> shift;
  const rest = x & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && kept & 1) ? kept + 1 : kept;
}

function floatToHalf(x: number): number {
  value[0] = x;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65536 and above, infinity
  if (magnitude >= 0x38800000) return sign | (shiftRight(magnitude, 13) - (112 << 10)); // normal; a carry may give infinity
  const shift = 126 - (magnitude >>> 23);
  if (shift > 25) return sign; // below half of the smallest subnormal
  return sign | shiftRight((magnitude & 0x7fffff) | 0x800000, shift);
}

/** Encodes f32 as half precision. Values of 65520 and above become infinity. */
export function encodeF16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = floatToHalf(values[i]);
  return out;
}

/** Encodes f32 as bfloat16. */
export function encodeBF16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    value[0] = values[i];
    // Rounding a NaN could carry into infinity: keep its upper half and set the quiet bit instead.
    out[i] = Number.isNaN(values[i]) ? (bits[0] >>> 16) | 0x40 : shiftRight(bits[0], 16);
  }
  return out;
}
