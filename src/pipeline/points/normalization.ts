/**
 * The frame in which MCC was trained. In an object's frame, the visible points have mean 0 and a standard deviation of
 * about 1. A scene's frame is scaled alike, but the camera stays at its origin.
 */

/** From the camera's frame to the object's frame: x_object = x_camera / scale - center. */
export interface Normalization {
  /** Standard deviation of the visible points, averaged over the three axes, in meters. */
  readonly scale: number;
  /** Mean of the visible points divided by `scale`; 0 for a scene. */
  readonly center: readonly [number, number, number];
}

/**
 * Scale of a scene: the unbiased standard deviation of its valid points, averaged over the three axes, as float32.
 * @param xyz [n, 3] @param valid [n], 1 where the point counts
 * @returns NaN for fewer than two points
 */
export function sceneScale(xyz: Float32Array, valid: Uint32Array): number {
  const count = valid.reduce((sum, flag) => sum + flag, 0);
  const deviations = [0, 1, 2].map((axis) => {
    const sumOf = (term: (v: number) => number): number =>
      valid.reduce((sum, flag, i) => (flag ? sum + term(xyz[3 * i + axis]) : sum), 0);
    const mean = sumOf((v) => v) / count;
    return Math.sqrt(sumOf((v) => (v - mean) ** 2) / (count - 1));
  });
  return Math.fround(deviations.reduce((a, b) => a + b) / 3);
}

/**
 * Inverse of the normalization: points [n, 3] in the object's frame -> points [n, 3] in the camera's frame (x right, y
 * down, z forward), in meters or in the unit of the point map.
 */
export function toCamera(xyz: Float32Array, { scale, center }: Normalization): Float32Array {
  return xyz.map((v, k) => (v + center[k % 3]) * scale);
}
