/** The object's frame, in which MCC was trained: the visible points have mean 0 and a standard deviation of about 1. */

/** From the camera's frame to the object's frame: x_object = x_camera / scale - center. */
export interface Normalization {
  /** Standard deviation of the visible points, averaged over the three axes, in meters. */
  readonly scale: number;
  /** Mean of the visible points divided by `scale`. */
  readonly center: readonly [number, number, number];
}

/**
 * Inverse of the normalization: points [n, 3] in the object's frame -> points [n, 3] in the camera's frame (x right, y
 * down, z forward), in meters or in the unit of the point map.
 */
export function toCamera(xyz: Float32Array, { scale, center }: Normalization): Float32Array {
  return xyz.map((v, k) => (v + center[k % 3]) * scale);
}
