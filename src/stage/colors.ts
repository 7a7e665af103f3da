/** Colors of vertices, which are linear light in three. */
import { BufferAttribute, Color, SRGBColorSpace } from 'three';

/** Linear light of sRGB bytes, 0..65535. 16 bits keep dark tones. */
const LINEAR = Uint16Array.from({ length: 256 }, (_, byte) =>
  Math.round(65535 * new Color().setRGB(byte / 255, 0, 0, SRGBColorSpace).r),
);

/** Writes sRGB bytes as linear light. */
export function writeLinear(rgb: Uint8Array, out: Uint16Array, at: number): void {
  for (let i = 0; i < rgb.length; i++) out[at + i] = LINEAR[rgb[i]];
}

/** @param rgb [n, 3] sRGB bytes */
export function colorAttribute(rgb: Uint8Array): BufferAttribute {
  const linear = new Uint16Array(rgb.length);
  writeLinear(rgb, linear, 0);
  return new BufferAttribute(linear, 3, true);
}
