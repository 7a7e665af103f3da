/** The geometry of a photo: its points, from depth and a camera or from a point map. */
import type { Intrinsics } from '../camera.ts';
import type { ColoredPoints } from '../coloredPoints.ts';
import type { PhotoWords } from '../photo.ts';

/** Depth [H, W] in meters with a camera, or a point map [H, W, 3]. Values are not finite where they are unknown. */
export type Geometry =
  { readonly depth: Float32Array; readonly camera: Intrinsics } | { readonly points: Float32Array };

/** The mask is empty, or too few of its pixels have a point. */
export class GeometryError extends Error {
  override name = 'GeometryError';
}

export const emptyMask = (): GeometryError =>
  new GeometryError('The mask is empty: no pixel belongs to the object.\n  Choose another box, point or mask.');

/**
 * The visible points of the object: one for each pixel of the mask that has a depth or a point. They are computed on
 * the host in float64 and rounded once.
 * @param mask [H, W], not 0 on the object
 * @returns points in meters in the camera's frame, or in the unit and frame of the point map
 */
export function visiblePoints(photo: PhotoWords, mask: ArrayLike<number>, geometry: Geometry): ColoredPoints {
  const { width, words } = photo;
  // Typed arrays are allocated for all pixels of the mask: a mask may have millions.
  let maskCount = 0;
  for (let i = 0; i < words.length; i++) if (mask[i]) maskCount++;
  const xyz = new Float32Array(3 * maskCount);
  const rgb = new Uint8Array(3 * maskCount);
  let at = 0;
  for (let i = 0; i < words.length; i++) {
    if (!mask[i] || !setPoint(xyz, at, i, width, geometry)) continue;
    rgb[at] = words[i];
    rgb[at + 1] = words[i] >>> 8;
    rgb[at + 2] = words[i] >>> 16;
    at += 3;
  }
  return { xyz: xyz.slice(0, at), rgb: rgb.slice(0, at) };
}

/** How many pixels of a mask have a point. */
export function pointCount({ width, words }: PhotoWords, mask: ArrayLike<number>, geometry: Geometry): number {
  const xyz = new Float32Array(3);
  let count = 0;
  for (let i = 0; i < words.length; i++) if (mask[i] && setPoint(xyz, 0, i, width, geometry)) count++;
  return count;
}

/** Writes the point of pixel i to xyz[at], xyz[at + 1], xyz[at + 2]. @returns false if the pixel has no point */
function setPoint(xyz: Float32Array, at: number, i: number, width: number, geometry: Geometry): boolean {
  if ('points' in geometry) {
    const point = geometry.points.subarray(3 * i, 3 * i + 3);
    xyz.set(point, at);
    return point.every(Number.isFinite);
  }
  const { depth, camera } = geometry;
  const d = depth[i];
  xyz[at] = (((i % width) - camera.cx) / camera.fx) * d;
  xyz[at + 1] = ((Math.floor(i / width) - camera.cy) / camera.fy) * d;
  xyz[at + 2] = d;
  return d > 0 && d < Infinity;
}
