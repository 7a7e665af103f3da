/** The camera of a point map, which does not say by itself how it was taken. */
import type { Intrinsics } from '../camera.ts';
import type { Size } from '../photo.ts';

/** The fit is a camera if points fall this near to their pixels, in pixels, in the root of the mean square. */
const TOLERANCE = 1;

/**
 * The pinhole camera that sees the points of a point map at their pixels, by least squares: u = fx X / Z + cx, and v alike.
 * @param xyz [height, width, 3]; x right, y down, z forward; not finite where there is no point
 * @param mask [height, width], not 0 where points are used
 * @returns undefined if no pinhole camera does
 */
export function cameraOfPoints(xyz: Float32Array, mask: Uint8Array, { width, height }: Size): Intrinsics | undefined {
  const [across, down] = [new Line(), new Line()];
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y, z] = xyz.subarray(3 * pixel, 3 * pixel + 3);
    if (!mask[pixel] || !(z > 0 && Number.isFinite(x + y + z))) continue;
    across.add(x / z, pixel % width);
    down.add(y / z, Math.floor(pixel / width));
  }
  const [u, v] = [across.fit(), down.fit()];
  if (!u || !v || !(u.slope > 0 && v.slope > 0) || Math.hypot(u.error, v.error) > TOLERANCE) return undefined;
  return { fx: u.slope, fy: v.slope, cx: u.offset, cy: v.offset };
}

/** A line through points of a plane, by least squares. */
class Line {
  private n = 0;
  private sums = { x: 0, y: 0, xx: 0, xy: 0, yy: 0 };

  add(x: number, y: number): void {
    const { sums } = this;
    this.n++;
    sums.x += x;
    sums.y += y;
    sums.xx += x * x;
    sums.xy += x * y;
    sums.yy += y * y;
  }

  /** @returns undefined for points that are no line */
  fit(): { slope: number; offset: number; error: number } | undefined {
    const { n, sums } = this;
    const spread = sums.xx - (sums.x * sums.x) / n;
    if (!(n > 1 && spread > 0)) return undefined;
    const slope = (sums.xy - (sums.x * sums.y) / n) / spread;
    const offset = (sums.y - slope * sums.x) / n;
    const square = sums.yy - (sums.y * sums.y) / n - slope * slope * spread;
    return { slope, offset, error: Math.sqrt(Math.max(0, square) / n) };
  }
}
