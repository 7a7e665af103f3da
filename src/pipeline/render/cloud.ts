/** Colored points to be drawn: their colors packed for the kernel, and the distance between neighboring points. */

import type { ColoredPoints } from '../coloredPoints.ts';

/** Points in the camera's frame (x right, y down, z forward), in any unit. */
export interface Cloud extends ColoredPoints {
  /** Distance between neighboring points, in the same unit. Measured when absent. */
  readonly spacing?: number;
}

/**
 * Colors in the form that the kernel `renderPoints` reads: one u32 word for each point, red in the low byte.
 * @throws RangeError if rgb and xyz differ in length
 */
export function packColors({ xyz, rgb }: Cloud): Uint32Array {
  if (xyz.length !== rgb.length) {
    throw new RangeError(`There are ${xyz.length / 3} points and ${rgb.length / 3} colors; each point needs one.`);
  }
  return Uint32Array.from(
    { length: rgb.length / 3 },
    (_, i) => rgb[3 * i] | (rgb[3 * i + 1] << 8) | (rgb[3 * i + 2] << 16),
  );
}

/** Number of points whose nearest neighbor is searched for. */
const SAMPLE = 100;

/**
 * Distance between neighboring points: the cloud's `spacing`, else the median of the distances from sampled points to
 * their nearest neighbors. Points in the same place do not count as neighbors.
 */
export function spacingOf({ xyz, spacing }: Cloud): number {
  if (spacing !== undefined) return spacing;
  const n = xyz.length / 3;
  const stride = Math.ceil(n / SAMPLE);
  const distances: number[] = [];
  for (let i = 0; i < n; i += stride) {
    let nearest = Infinity;
    for (let j = 0; j < n; j++) {
      const [x, y, z] = [xyz[3 * i] - xyz[3 * j], xyz[3 * i + 1] - xyz[3 * j + 1], xyz[3 * i + 2] - xyz[3 * j + 2]];
      const square = x * x + y * y + z * z;
      if (square > 0 && square < nearest) nearest = square;
    }
    if (nearest < Infinity) distances.push(Math.sqrt(nearest));
  }
  distances.sort((a, b) => a - b);
  // With one point there is no spacing to measure; any point size works.
  return distances[distances.length >> 1] ?? 1;
}
