/** The side of the object that the photo shows: signed distances of voxels to the surface that the depth map describes. */
import type { Intrinsics } from '../camera.ts';
import type { Normalization } from '../points/normalization.ts';
import { borderTrust } from './borderTrust.ts';
import { squareSums } from './squares.ts';
import type { Volume } from './volume.ts';

/** Depth of a photo's object. */
export interface DepthView {
  readonly width: number;
  readonly height: number;
  /** [height, width], not 0 on the object. */
  readonly mask: Uint8Array;
  /** [height, width] in meters along z; not finite, or 0, where unknown. */
  readonly meters: Float32Array;
  readonly camera: Intrinsics;
  /** Whether a network estimated the depth. Then the surface follows its details, but lies where the shell is. */
  readonly estimated: boolean;
}

export interface VisibleSide {
  /** [voxels] in the object's frame: negative in front of the surface, positive behind it; NaN outside the mask. */
  readonly distance: Float32Array;
  /** [voxels], 0..1: how far the depth map can be trusted there. */
  readonly confidence: Float32Array;
}

/** Width of a photo at which the neighbors of a pixel are two pixels away; in larger photos, farther. */
const WIDTH_PER_PIXEL = 240;
/** A pixel is at an edge of depth if its neighbors' mean depth differs from its own by more than this. */
const EDGE = 0.03;
/** Cosines of the angle between surface and ray: not trusted below the first, fully from the second on. */
const GRAZING = { measured: [0.15, 0.35], estimated: [0.1, 0.6] } as const;
/** Trust in an estimated depth grows from the mask's border up to so many times the distance of neighbors. */
const BORDER = 4;

/** The network agrees with a depth if its logit there is this far above the limit: not below the first, fully from the second. */
const AGREEMENT = [-2, 0] as const;

/** Planes through the points of a depth map's pixels. */
interface Planes {
  /** [pixels, 3] unit normals towards the camera; 0 where confidence is 0. */
  readonly normals: Float32Array;
  /** [pixels], 0..1. */
  readonly confidence: Float32Array;
}

/**
 * Signed distances to the planes of the pixels that voxels project to. Where the network says that there is nothing at a
 * pixel's depth, that depth is not trusted: depth maps have flaps across openings, and networks learn their errors.
 * @param shell logits
 * @param limit logit above which a point is occupied
 */
export function visibleSide(shell: Volume, limit: number, view: DepthView, normalization: Normalization): VisibleSide {
  const { width, height, mask, meters, camera } = view;
  const { scale, center } = normalization;
  const planes = planesOf(view, scale);
  distrust(planes, shell, limit, view, normalization);
  const { counts, origin, steps, values } = shell;
  const distance = new Float32Array(values.length).fill(NaN);
  const confidence = new Float32Array(values.length);
  for (let i = 0, at = 0; i < counts[0]; i++) {
    const x = origin[0] + i * steps[0] + center[0];
    for (let j = 0; j < counts[1]; j++) {
      const y = origin[1] + j * steps[1] + center[1];
      for (let k = 0; k < counts[2]; k++, at++) {
        const z = origin[2] + k * steps[2] + center[2];
        if (!(z > 0)) continue;
        const u = Math.round((camera.fx * x) / z + camera.cx);
        const v = Math.round((camera.fy * y) / z + camera.cy);
        if (u < 0 || v < 0 || u >= width || v >= height) continue;
        const pixel = v * width + u;
        const depth = meters[pixel] / scale;
        if (!mask[pixel] || !(depth > 0 && depth < Infinity)) continue;
        if (planes.confidence[pixel] === 0) {
          distance[at] = z - depth;
          continue;
        }
        const { normals } = planes;
        confidence[at] = planes.confidence[pixel];
        distance[at] = -(
          (x - ((u - camera.cx) / camera.fx) * depth) * normals[3 * pixel] +
          (y - ((v - camera.cy) / camera.fy) * depth) * normals[3 * pixel + 1] +
          (z - depth) * normals[3 * pixel + 2]
        );
      }
    }
  }
  return { distance, confidence };
}

/** Lowers the confidence of pixels at whose depth the shell is not. */
function distrust(
  { confidence }: Planes,
  shell: Volume,
  limit: number,
  { width, meters, camera }: DepthView,
  { scale, center }: Normalization,
): void {
  const { counts, origin, steps, values } = shell;
  for (let pixel = 0; pixel < confidence.length; pixel++) {
    if (confidence[pixel] === 0) continue;
    const z = meters[pixel] / scale;
    const x = (((pixel % width) - camera.cx) / camera.fx) * z;
    const y = ((Math.floor(pixel / width) - camera.cy) / camera.fy) * z;
    const i = Math.round((x - center[0] - origin[0]) / steps[0]);
    const j = Math.round((y - center[1] - origin[1]) / steps[1]);
    const k = Math.round((z - center[2] - origin[2]) / steps[2]);
    const isInside = i >= 0 && j >= 0 && k >= 0 && i < counts[0] && j < counts[1] && k < counts[2];
    const above = isInside ? values[(i * counts[1] + j) * counts[2] + k] - limit : -Infinity;
    confidence[pixel] *= Math.min(1, Math.max(0, (above - AGREEMENT[0]) / (AGREEMENT[1] - AGREEMENT[0])));
  }
}

/**
 * Planes from differences to the neighbors on both sides. Not trusted are pixels near the mask's border or an edge of depth,
 * where the depth map makes flaps between near and far, and surfaces at a grazing angle.
 */
function planesOf({ width, height, mask, meters, camera, estimated }: DepthView, scale: number): Planes {
  const reach = Math.max(1, Math.round(width / WIDTH_PER_PIXEL));
  const isKnown = Float32Array.from(mask, (inside, i) => (inside && meters[i] > 0 && meters[i] < Infinity ? 1 : 0));
  const around = squareSums(isKnown, width, height, reach);
  const trustAt = estimated ? borderTrust(isKnown, width, height, BORDER * reach) : isKnown;
  const grazing = estimated ? GRAZING.estimated : GRAZING.measured;
  const normals = new Float32Array(3 * width * height);
  const confidence = new Float32Array(width * height);
  const point = (pixel: number): [number, number, number] => {
    const z = meters[pixel] / scale;
    return [
      (((pixel % width) - camera.cx) / camera.fx) * z,
      ((Math.floor(pixel / width) - camera.cy) / camera.fy) * z,
      z,
    ];
  };
  for (let pixel = 0; pixel < mask.length; pixel++) {
    // All of the neighbors must be known.
    if (around[pixel] < (2 * reach + 1) ** 2) continue;
    const here = point(pixel);
    const [left, right] = [point(pixel - reach), point(pixel + reach)];
    const [above, below] = [point(pixel - reach * width), point(pixel + reach * width)];
    const bend = Math.max(Math.abs((left[2] + right[2]) / 2 - here[2]), Math.abs((above[2] + below[2]) / 2 - here[2]));
    if (bend > EDGE) continue;
    const [ax, ay, az] = [right[0] - left[0], right[1] - left[1], right[2] - left[2]];
    const [bx, by, bz] = [below[0] - above[0], below[1] - above[1], below[2] - above[2]];
    // x right, y down: their cross product points away from the camera.
    const normal = [az * by - ay * bz, ax * bz - az * bx, ay * bx - ax * by];
    const length = Math.hypot(...normal);
    const cosine = -(normal[0] * here[0] + normal[1] * here[1] + normal[2] * here[2]) / (length * Math.hypot(...here));
    const trust = trustAt[pixel] * Math.min(1, (cosine - grazing[0]) / (grazing[1] - grazing[0]));
    if (!(trust > 0)) continue;
    confidence[pixel] = trust;
    for (let axis = 0; axis < 3; axis++) normals[3 * pixel + axis] = normal[axis] / length;
  }
  return { normals, confidence };
}
