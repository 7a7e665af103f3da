/**
 * The metrics of `npm run eval`. They are computed in float64 and do not depend on the order of points.
 *
 * Shapes are compared in the true frame: meters in the photo's camera frame, normalized as the chain normalizes the points
 * that the true mask and the true depth show (x / scale - center). The truth is the scene's surface points: they are
 * spread evenly over the whole surface of the main object, seen and unseen. A prediction is a set of points: MCC's occupied
 * grid points, points sampled evenly on the mesh, or, for comparison, the photo's own points (one for each pixel of the mask).
 *
 * Recall asks for 8000 points of the surface, which are about 0.05 apart. Precision asks how near the surface is, so it needs
 * points that are closer together than the distance at which it is measured: another 40,000.
 */
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { Normalization } from '../../src/pipeline/points/normalization.ts';
import { nearestWithin } from './nearest.ts';

/** Distances at which shapes are compared, in the true frame; ascending. */
export const DISTANCES = [0.05, 0.1, 0.2] as const;

/** The largest of them. Neighbors beyond it are not searched for. */
const REACH = DISTANCES[DISTANCES.length - 1];

/** A depth counts as right if it is within this factor of the true depth. */
const DEPTH_FACTOR = 1.25;

/** The color error of a prediction without points near the surface: the largest possible, so that no points never win. */
const WORST_COLOR = 1;

/** Points on the whole surface of an object, in the true frame. */
export interface Surface extends ColoredPoints {
  /** [n], 1 where the photo's camera sees the point: it faces the camera and nothing stands in between. */
  readonly seen: Uint8Array;
  /** [m, 3], `xyz` and, where there are, points in between: how near the surface is. */
  readonly dense: Float32Array;
}

/** How well points cover a surface, at one distance. All are shares, 0 to 1. */
export interface Coverage {
  /** Share of the predicted points that are closer than the distance to a dense surface point; 0 without points. */
  readonly precision: number;
  /** Share of the surface points that are closer than the distance to a predicted point. */
  readonly recall: number;
  /** Harmonic mean of the two; 0 when both are 0. */
  readonly f1: number;
  /** Recall over the surface points that the camera does not see. */
  readonly unseen: number;
  /**
   * Recall over the surface points that are farther than the distance from every seen point of the same run. The seen points
   * score 0 here by definition: only completion can reach these surface points.
   */
  readonly far: number;
  /**
   * Precision over the predicted points that are farther than the distance from every seen point of the same run, which are
   * those that completion added; 0 if there are none.
   */
  readonly added: number;
}

/** Intersection over union of two masks, [height, width], nonzero inside; 1 when both are empty. */
export function maskIou(mask: ArrayLike<number>, truth: ArrayLike<number>): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (mask[i] && truth[i]) both++;
    if (mask[i] || truth[i]) either++;
  }
  return either === 0 ? 1 : both / either;
}

/**
 * Depth errors over the pixels of the true mask. Scale and shift are not aligned.
 * @param depth, truth [height, width] meters
 * @returns absRel: mean of |d - t| / t; within: share with max(d / t, t / d) < 1.25
 */
export function depthErrors(
  depth: ArrayLike<number>,
  truth: ArrayLike<number>,
  mask: ArrayLike<number>,
): { absRel: number; within: number } {
  let [pixels, sum, near] = [0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (!mask[i]) continue;
    pixels++;
    sum += Math.abs(depth[i] - truth[i]) / truth[i];
    if (depth[i] > 0 && Math.max(depth[i] / truth[i], truth[i] / depth[i]) < DEPTH_FACTOR) near++;
  }
  return { absRel: sum / pixels, within: near / pixels };
}

/**
 * Size of an object by a depth map over its true size: the median of depth / truth over the pixels of both masks. The median
 * of an even number is the mean of the middle two. Undefined when the masks have no pixel in common.
 */
export function sizeRatio(
  depth: ArrayLike<number>,
  truth: ArrayLike<number>,
  mask: ArrayLike<number>,
  trueMask: ArrayLike<number>,
): number | undefined {
  const ratios: number[] = [];
  for (let i = 0; i < truth.length; i++) if (mask[i] && trueMask[i]) ratios.push(depth[i] / truth[i]);
  if (ratios.length === 0) return undefined;
  ratios.sort((a, b) => a - b);
  return (ratios[(ratios.length - 1) >> 1] + ratios[ratios.length >> 1]) / 2;
}

/**
 * Camera frame -> true frame. A photo does not tell sizes: an object twice as large at twice the distance looks the
 * same. So points made with an estimated depth are first scaled about the camera by 1 / `sizeRatio`.
 * @param xyz [n, 3] meters
 */
export function toTrueFrame(xyz: Float32Array, { scale, center }: Normalization, ratio = 1): Float32Array {
  return xyz.map((v, k) => v / ratio / scale - center[k % 3]);
}

/**
 * Coverage at each of `DISTANCES`, in their order.
 * @param xyz predicted points, [n, 3] in the true frame
 * @param seen the seen points of the same run, [m, 3] in the true frame: `far` is what is far from them
 */
export function coverage(xyz: Float32Array, surface: Surface, seen: Float32Array): Coverage[] {
  const there = nearestWithin(xyz, surface.dense, REACH).distance;
  const back = nearestWithin(surface.xyz, xyz, REACH).distance;
  const thereFromSeen = nearestWithin(xyz, seen, REACH).distance;
  const backFromSeen = nearestWithin(surface.xyz, seen, REACH).distance;
  return DISTANCES.map((distance) => {
    // No points are precise in nothing; of no surface points none is missed.
    const near = (distances: Float64Array, ofNone: 0 | 1): number => share(distances, distance, ofNone);
    const precision = near(there, 0);
    const recall = near(back, 1);
    const unseen = back.filter((_, i) => !surface.seen[i]);
    const far = back.filter((_, i) => backFromSeen[i] >= distance);
    const added = there.filter((_, i) => thereFromSeen[i] >= distance);
    return {
      precision,
      recall,
      f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
      unseen: near(unseen, 1),
      far: near(far, 1),
      added: near(added, 0),
    };
  });
}

/** Share of distances below a limit. @param ofNone the share without distances */
const share = (distances: Float64Array, limit: number, ofNone: 0 | 1): number =>
  distances.length === 0 ? ofNone : distances.reduce((count, d) => count + (d < limit ? 1 : 0), 0) / distances.length;

/**
 * Mean absolute color difference, 0 to 1, between a predicted point and its nearest surface point. It is taken over channels
 * and over the predicted points closer than 0.2 to the surface; 1 when there are none.
 */
export function colorError({ xyz, rgb }: ColoredPoints, surface: Surface): number {
  const { index } = nearestWithin(xyz, surface.xyz, REACH);
  let [sum, points] = [0, 0];
  index.forEach((nearest, p) => {
    if (nearest < 0) return;
    points++;
    for (let c = 0; c < 3; c++) sum += Math.abs(rgb[3 * p + c] - surface.rgb[3 * nearest + c]);
  });
  return points === 0 ? WORST_COLOR : sum / (3 * 255 * points);
}

/** How a mesh looks from the photo's camera, beside the photo. */
export interface ViewErrors {
  /** IoU of the mask and the pixels of which the mesh covers more than half. */
  readonly silhouette: number;
  /**
   * Mean absolute color difference, 0 to 1, between the mesh and the photo, over channels and the pixels in both mask and
   * silhouette; 1 when there are none.
   */
  readonly color: number;
}

/**
 * @param view what the photo's camera sees of the mesh, [height, width, 4] bytes: color, and the share of the pixel that is
 *   covered
 * @param photo [height, width, 4] bytes
 * @param mask [height, width], not 0 inside
 */
export function viewErrors(view: Uint8Array, photo: Uint8Array, mask: Uint8Array): ViewErrors {
  const silhouette = mask.map((_, i) => (view[4 * i + 3] > 255 / 2 ? 1 : 0));
  let [sum, pixels] = [0, 0];
  silhouette.forEach((covered, i) => {
    if (!covered || !mask[i]) return;
    pixels++;
    for (let c = 4 * i; c < 4 * i + 3; c++) sum += Math.abs(view[c] - photo[c]);
  });
  return { silhouette: maskIou(silhouette, mask), color: pixels === 0 ? WORST_COLOR : sum / (3 * 255 * pixels) };
}
