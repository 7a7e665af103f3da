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

/** Where the camera stands, in the object's frame; the camera's frame is twice as large. */
export const normalization = { scale: 2, center: [0, 0, 4] as const };
const size = { width: 120, height: 120 };
const camera = { fx: 150, fy: 150, cx: 60, cy: 60 };

/** Depth and mask of a shape, by sphere tracing. @param finer the photo has so many times as many pixels per row */
export function viewOf(shape: Shape, finer = 1) {
  const [width, height] = [finer * size.width, finer * size.height];
  const [fx, cx] = [finer * camera.fx, finer * camera.cx];
  const meters = new Float32Array(width * height).fill(NaN);
  const mask = new Uint8Array(meters.length);
  for (let pixel = 0; pixel < meters.length; pixel++) {
    const ray = [((pixel % width) - cx) / fx, (Math.floor(pixel / width) - cx) / fx];
    let z = 1;
    for (let i = 0; i < 200 && z < 8; i++) z += 0.7 * shape(ray[0] * z, ray[1] * z, z - 4);
    if (z >= 8) continue;
    meters[pixel] = normalization.scale * z;
    mask[pixel] = 1;
  }
  return { width, height, mask, meters, camera: { fx, fy: fx, cx, cy: cx }, estimated: false };
}
