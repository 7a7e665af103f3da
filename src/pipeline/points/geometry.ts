/** Where the points of a photo are: from depth and a camera, or from a map of points. */
import type { Intrinsics } from '../camera.ts';
import type { ColoredPoints } from '../coloredPoints.ts';
import type { PhotoWords } from '../photo.ts';

/** Depth [H, W] in meters and a camera, or a map of points [H, W, 3]; not finite where there is none. */
export type Geometry =
  { readonly depth: Float32Array; readonly camera: Intrinsics } | { readonly points: Float32Array };

/** The mask or the depth leave nothing to work with. */
export class GeometryError extends Error {
  override name = 'GeometryError';
}

export const emptyMask = (): GeometryError =>
  new GeometryError('The mask is empty: no pixel belongs to the object.\n  Choose another box, point or mask.');

/**
 * The points that the photo itself shows of the object, pixel by pixel: computed on the host, in float64, rounded once.
 * @param mask not 0 inside the object, [H, W]
 */
export function visiblePoints(photo: PhotoWords, mask: ArrayLike<number>, geometry: Geometry): ColoredPoints {
  const { width, words } = photo;
  // Room for every pixel of the mask; a photo has millions, so lists of numbers would not do.
  let room = 0;
  for (let i = 0; i < words.length; i++) if (mask[i]) room++;
  const xyz = new Float32Array(3 * room);
  const rgb = new Uint8Array(3 * room);
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

/** Writes the point of pixel i to xyz[at ...]. @returns false if it has none */
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
