/** A synthetic scene, an ellipse in front of a wall, as photo, depth map, mask and point map. The formulas use integers, so
 *  that tools/reference computes the same bits. Maps are row-major, [H, W] or [H, W, 3]; masks hold 0 or 1. */
import { hash, streamKey } from './synthetic.ts';

/** Triangle wave of a non-negative integer: rises from 0 to `period`, then falls back to 0. */
function tri(v: number, period: number): number {
  const t = v % (2 * period);
  return t < period ? t : 2 * period - t;
}

/** The ellipse. u8 [H, W]. */
export function blob(height: number, width: number): Uint8Array {
  const cx = Math.floor((width * 55) / 100);
  const cy = Math.floor((height * 45) / 100);
  const rx = Math.max(1, Math.floor((width * 30) / 100));
  const ry = Math.max(1, Math.floor((height * 33) / 100));
  const inside = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = (x - cx) ** 2 * ry ** 2 + (y - cy) ** 2 * rx ** 2;
      inside[y * width + x] = distance <= rx ** 2 * ry ** 2 ? 1 : 0;
    }
  }
  return inside;
}

/** Holes in the mask of an object, one pixel in 64. u8 [H, W], 1 at a hole. */
export function holes(seed: number, height: number, width: number): Uint8Array {
  const key = streamKey(seed, 'holes');
  return Uint8Array.from({ length: height * width }, (_, i) => (hash(key, i) >>> 26 === 0 ? 1 : 0));
}

/** Mask of the object: the ellipse, or the rectangle [top, bottom, left, right), without the holes. u8 [H, W]. */
export function objectMask(
  seed: number,
  height: number,
  width: number,
  rect: readonly [top: number, bottom: number, left: number, right: number] | null = null,
): Uint8Array {
  const mask = rect ? rectangle(height, width, rect) : blob(height, width);
  const missing = holes(seed, height, width);
  return mask.map((inside, i) => inside & (1 - missing[i]));
}

function rectangle(height: number, width: number, [top, bottom, left, right]: readonly number[]): Uint8Array {
  const inside = new Uint8Array(height * width);
  for (let y = top; y < bottom; y++) inside.fill(1, y * width + left, y * width + right);
  return inside;
}

/** Photo. RGB, u8 [H, W, 3]. */
export function image(seed: number, height: number, width: number): Uint8Array {
  const key = streamKey(seed, 'image');
  const phase = key & 63;
  const inside = blob(height, width);
  const rgb = new Uint8ClampedArray(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const i = (y * width + x) * 3 + c;
        const wall = 30 + tri(3 * x + y + 29 * c + phase, 64) + Math.floor(tri(2 * y + x * c + phase, 96) / 2);
        const object = 110 - 35 * c + 2 * tri(x + 2 * y + phase, 32) + tri(5 * x + 11 * c, 40);
        rgb[i] = (inside[y * width + x] ? object : wall) + (hash(key, i) >>> 29);
      }
    }
  }
  return new Uint8Array(rgb.buffer);
}

/** Depth in meters, multiples of 1/256. f32 [H, W]. */
export function depth(seed: number, height: number, width: number): Float32Array {
  const key = streamKey(seed, 'depth');
  const inside = blob(height, width);
  const meters = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const far = 900 + tri(x + 2 * y + (key & 63), 128);
      const near = 420 + tri(2 * x + y, 60) + tri(3 * y, 45);
      meters[i] = ((inside[i] ? near : far) + (hash(key, i) >>> 29)) / 256;
    }
  }
  return meters;
}

/** Seen points as MCC receives them. xyz f32 [S, S, 3], valid u8 [S, S]. Invalid points are (-100, -100, -100). One valid
 *  point in 64 is eight times as far away, beyond the radius from which MCC shrinks points. */
export function xyzMap(seed: number, size: number): { xyz: Float32Array; valid: Uint8Array } {
  const key = streamKey(seed, 'xyz_map');
  const valid = blob(size, size);
  const xyz = new Float32Array(size * size * 3).fill(-100);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const i = y * size + x;
      const h = hash(key, i);
      if (h >>> 27 === 0) valid[i] = 0;
      if (!valid[i]) continue;
      const unit = (((h >>> 21) & 63) === 1 ? 8 : 1) / 256;
      xyz[3 * i] = Math.floor(((2 * x - size) * 512) / size) * unit;
      xyz[3 * i + 1] = Math.floor(((2 * y - size) * 512) / size) * unit;
      xyz[3 * i + 2] = ((tri(3 * x + 2 * y, 40) - 20) * 8 + (h & 31)) * unit;
    }
  }
  return { xyz, valid };
}
