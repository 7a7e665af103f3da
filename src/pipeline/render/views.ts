/**
 * Cameras. Those of the sheet: the sides that they show, their places on the sheet, and their distance. And the photo's.
 */
import { mat4, vec3 } from 'gl-matrix';
import type { PictureSize, View } from '../../kernels/shared/view.ts';

/** Vertical field of view of the cameras, in degrees. */
const FOV = 28;
/** Radius of the frame divided by the radius of the object. */
const MARGIN = 1.06;
/** Share of the points that is ignored at each end of an axis, and in distance, when the object's size is measured. */
const OUTLIER_SHARE = 0.01;
/**
 * A point is an outlier, and may lie outside the frame, if it is this many times as far from the middle as nearly all
 * others.
 */
const OUTLIER_FACTOR = 1.6;

/** The views of the sheet; places and sizes in units of its height, angles in degrees. */
const SIDES = [
  { x: 0, y: 0, size: 1, yaw: 0, pitch: 12 },
  { x: 1, y: 0, size: 0.5, yaw: 90, pitch: 12 },
  { x: 1.5, y: 0, size: 0.5, yaw: 180, pitch: 12 },
  { x: 1, y: 0.5, size: 0.5, yaw: 270, pitch: 12 },
  { x: 1.5, y: 0.5, size: 0.5, yaw: 0, pitch: 90 },
] as const;

/** The sphere that the cameras look at, in the unit of the points. */
export interface Frame {
  readonly middle: vec3;
  /** Radius of the sphere around `middle`. */
  readonly radius: number;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/**
 * The sphere around the points. Outliers are left out; thin parts are not.
 * @param xyz [n, 3]
 * @param spacing distance between neighboring points
 */
export function frameOf(xyz: Float32Array, spacing: number): Frame {
  const n = xyz.length / 3;
  if (n === 0) return { middle: vec3.create(), radius: spacing };
  const drop = Math.floor(OUTLIER_SHARE * n);
  const bulk = [0, 1, 2].map((axis) => {
    const sorted = Float32Array.from({ length: n }, (_, i) => xyz[3 * i + axis]).sort();
    return (sorted[drop] + sorted[n - 1 - drop]) / 2;
  });
  const distances = Float32Array.from({ length: n }, (_, i) => distanceTo(bulk, xyz, i));
  const limit = OUTLIER_FACTOR * (Float32Array.from(distances).sort()[n - 1 - drop] + spacing);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let k = 0; k < xyz.length; k++) {
    if (distances[Math.floor(k / 3)] > limit) continue;
    low[k % 3] = Math.min(low[k % 3], xyz[k]);
    high[k % 3] = Math.max(high[k % 3], xyz[k]);
  }
  const middle = vec3.fromValues((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2);
  let radius = 0;
  for (let i = 0; i < n; i++) if (distances[i] <= limit) radius = Math.max(radius, distanceTo(middle, xyz, i));
  return { middle, radius: radius + spacing };
}

const distanceTo = (middle: ArrayLike<number>, xyz: Float32Array, i: number): number =>
  Math.hypot(xyz[3 * i] - middle[0], xyz[3 * i + 1] - middle[1], xyz[3 * i + 2] - middle[2]);

/** A camera for each side. @param height of the sheet in pixels */
export function sheetViews({ middle, radius }: Frame, height: number): View[] {
  const half = 0.5 * radians(FOV);
  const distance = (MARGIN * radius) / Math.sin(half);
  return SIDES.map(({ x, y, size, yaw, pitch }) => ({
    rect: { left: x * height, top: y * height, right: (x + size) * height, bottom: (y + size) * height },
    matrix: orbitView(middle, distance, yaw, pitch),
    focal: (0.5 * size * height) / Math.tan(half),
    near: 0.05 * distance,
    far: 2 * distance,
  }));
}

/** A pinhole camera, in pixels: the ray of pixel (u, v) has the direction ((u - cx) / fx, (v - cy) / fy, 1). */
export interface Pinhole {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/**
 * What the photo's camera sees of the points: a view of the part of the photo that they lie in. A view has one focal
 * length, and its axis meets the middle of its rectangle. The matrix does the rest: it stretches y, and shifts x and y by
 * a share of the depth.
 * @param xyz [n, 3] in the camera's frame: x right, y down, z forward
 * @throws RangeError unless all points lie in front of the camera
 */
export function photoView(xyz: Float32Array, { fx, fy, cx, cy }: Pinhole, { width, height }: PictureSize): View {
  // The center of pixel (u, v) is (u + 0.5, v + 0.5) on the picture.
  const [axisX, axisY] = [cx + 0.5, cy + 0.5];
  const [x, y, z] = [interval(), interval(), interval()];
  for (let i = 0; i < xyz.length; i += 3) {
    z.add(xyz[i + 2]);
    x.add((fx * xyz[i]) / xyz[i + 2] + axisX);
    y.add((fy * xyz[i + 1]) / xyz[i + 2] + axisY);
  }
  if (z.low <= 0) {
    throw new RangeError(`The mesh begins at a depth of ${z.low}; it must lie in front of the camera, where z > 0.`);
  }
  const [left, right] = pixelsOf(x, width);
  const [top, bottom] = pixelsOf(y, height);
  const [shiftX, shiftY] = [(axisX - (left + right) / 2) / fx, (axisY - (top + bottom) / 2) / fx];
  return {
    rect: { left, top, right, bottom },
    matrix: [1, 0, 0, 0, 0, -fy / fx, 0, 0, shiftX, -shiftY, -1, 0, 0, 0, 0, 1],
    focal: fx,
    near: 0.9 * z.low,
    far: 1.1 * z.high,
  };
}

/** The smallest interval that holds the numbers added to it. */
function interval() {
  return {
    low: Infinity,
    high: -Infinity,
    add(v: number) {
      this.low = Math.min(this.low, v);
      this.high = Math.max(this.high, v);
    },
  };
}

/** First pixel of `size` that an interval reaches, and the one after the last; at least one pixel. */
function pixelsOf({ low, high }: { low: number; high: number }, size: number): [number, number] {
  const first = Math.max(0, Math.min(Math.floor(low), size - 1));
  return [first, Math.max(first + 1, Math.min(Math.ceil(high), size))];
}

/**
 * A view from a sphere around `target`, in a frame whose x is right, y down and z forward (away from the photo's
 * camera). Column-major 4 x 4 matrix to a frame with x right, y up and z towards the viewer, as WebGPU projections take
 * it. Exported for tests.
 * @param yaw degrees to the right around the object; 0 is the side of the photo's camera
 * @param pitch degrees upwards
 */
export function orbitView(target: vec3, distance: number, yaw: number, pitch: number): mat4 {
  const [a, b] = [radians(yaw), radians(pitch)];
  const eye = vec3.fromValues(
    target[0] + distance * Math.cos(b) * Math.sin(a),
    target[1] - distance * Math.sin(b),
    target[2] - distance * Math.cos(b) * Math.cos(a),
  );
  // From straight above or below, the vertical is no up direction; the forward direction of the view's yaw is.
  const up = Math.abs(pitch) > 89 ? vec3.fromValues(-Math.sin(a), 0, Math.cos(a)) : vec3.fromValues(0, -1, 0);
  return mat4.lookAt(mat4.create(), eye, target, up);
}
