/** The object's own frame: seen points moved to the origin and scaled to about 1, as MCC was trained. */

/** x_object = x_camera / scale - center. */
export interface Normalization {
  /** Mean over the axes of the standard deviation of the seen points, in meters. */
  readonly scale: number;
  /** Mean of the seen points, after the scaling. */
  readonly center: readonly [number, number, number];
}

/**
 * The inverse of the normalization: points [n, 3] of the object's frame -> the photo's camera frame, in meters (or in
 * the unit of the point map): x right, y down, z forward.
 */
export function toCamera(xyz: Float32Array, { scale, center }: Normalization): Float32Array {
  return xyz.map((v, k) => (v + center[k % 3]) * scale);
}
