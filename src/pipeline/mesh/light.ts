/** sRGB bytes and linear light. Colors are averaged in linear light. IEC 61966-2-1. */

/** Linear light of each byte, 0..1. */
export const LIGHT: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => {
  const s = byte / 255;
  return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
});

/** So many steps of light have the same byte or its neighbor, in the darkest tones too. */
const STEPS = 1 << 14;
const bytes = Uint8Array.from({ length: STEPS + 1 }, (_, step) => {
  const light = step / STEPS;
  return Math.round(255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055));
});

/** The byte of a linear light; what is out of 0..1 is clamped. */
export const byteOf = (light: number): number => bytes[Math.round(Math.min(1, Math.max(0, light)) * STEPS)];
