/** Fields as a network would sweep them around shapes whose surface is known: sure near the surface, on both sides of it. */
import type { SweptField } from '../../../src/pipeline/roles.ts';

/** Signed distance of a place to a surface, negative inside. */
export type Shape = (x: number, y: number, z: number) => number;

export const ball =
  (radius: number, center: readonly number[] = [0, 0, 0]): Shape =>
  (x, y, z) =>
    Math.hypot(x - center[0], y - center[1], z - center[2]) - radius;

export const torus =
  (radius: number, tube: number): Shape =>
  (x, y, z) =>
    Math.hypot(Math.hypot(x, y) - radius, z) - tube;

/** A box with its middle at the origin. */
export const slab =
  (...half: readonly [number, number, number]): Shape =>
  (...place) => {
    const out = place.map((p, a) => Math.abs(p) - half[a]);
    return Math.hypot(...out.map((d) => Math.max(0, d))) + Math.min(0, Math.max(...out));
  };

/** Logits: 3 on the surface, 0 at a distance of `reach`, down to -5. */
export function shellField(shape: Shape, { half = 1.5, step = 0.1, reach = 0.1 } = {}): SweptField {
  const n = Math.round((2 * half) / step);
  const axis = Array.from({ length: n }, (_, i) => (i - n / 2) * step);
  const logits = new Float32Array(n ** 3);
  for (let i = 0; i < logits.length; i++) {
    const [x, y, z] = [axis[Math.floor(i / n / n)], axis[Math.floor(i / n) % n], axis[i % n]];
    logits[i] = Math.max(-5, 3 - (3 * Math.abs(shape(x, y, z))) / reach);
  }
  return { counts: [n, n, n], axes: Float32Array.from([...axis, ...axis, ...axis]), logits };
}
