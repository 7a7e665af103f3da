/** Depth maps as images: 16-bit millimeters to measure with, and a color preview to look at. */

const MILLIMETERS_PER_METER = 1000;
const MAX_MILLIMETERS = 65535;

export interface DepthImage {
  /** [H, W]; 0 = no depth, else 1..65535 millimeters. */
  millimeters: Uint16Array;
  /** Number of pixels beyond 65.535 m, stored as 65535. */
  saturated: number;
  /** Number of pixels whose depth is not a positive finite number, stored as 0. */
  missing: number;
}

/** Converts meters to 16-bit millimeters, rounded to nearest. Positive depths below half a millimeter become 1, so that 0 means "no depth" only. */
export function depthToMillimeters(depthMeters: Float32Array): DepthImage {
  const millimeters = new Uint16Array(depthMeters.length);
  let saturated = 0;
  let missing = 0;
  for (let i = 0; i < depthMeters.length; i++) {
    const meters = depthMeters[i];
    if (!(meters > 0 && meters < Infinity)) {
      missing++;
      continue;
    }
    const rounded = Math.max(1, Math.round(meters * MILLIMETERS_PER_METER));
    if (rounded > MAX_MILLIMETERS) saturated++;
    millimeters[i] = Math.min(MAX_MILLIMETERS, rounded);
  }
  return { millimeters, saturated, missing };
}

/** Depth in colors, and the range that they stand for. */
export interface DepthPicture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] sRGB bytes; opaque, and black where there is no depth. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Depth in meters that has the first color, and depth that has the last one; NaN if there is no depth at all. */
  readonly near: number;
  readonly far: number;
}

/**
 * The picture of `depthPreview` with its range, for a legend.
 * @param depthMeters [height, width]
 * @throws RangeError if the sizes disagree
 */
export function depthPicture(depthMeters: Float32Array, width: number, height: number): DepthPicture {
  if (depthMeters.length !== width * height) {
    throw new RangeError(`Depth picture: ${depthMeters.length} depths are not ${width} x ${height} pixels.`);
  }
  const finite = depthMeters.filter((meters) => meters > 0 && meters < Infinity).sort();
  const near = percentile(finite, 0.02);
  const far = percentile(finite, 0.98);
  const rgba = new Uint8ClampedArray(4 * depthMeters.length);
  for (let i = 0; i < depthMeters.length; i++) {
    const meters = depthMeters[i];
    rgba[4 * i + 3] = 255;
    if (!(meters > 0 && meters < Infinity)) continue;
    rgba.set(depthColors(far > near ? (meters - near) / (far - near) : 0.5), 4 * i);
  }
  return { width, height, rgba, near, far };
}

/** Color of a depth in a depth picture as sRGB bytes. @param share of the way from `near` to `far`; what is outside has the color of the end */
export const depthColors = (share: number): [number, number, number] => turbo(1 - Math.min(1, Math.max(0, share)));

/**
 * Paints depth with the turbo color map: near is red, far is blue, no depth is black.
 * The range is the 2nd to the 98th percentile, so that a few outliers do not take up the whole range.
 * @returns [H, W, 3] sRGB bytes
 */
export function depthPreview(depthMeters: Float32Array): Uint8Array {
  const { rgba } = depthPicture(depthMeters, depthMeters.length, 1);
  return Uint8Array.from({ length: 3 * depthMeters.length }, (_, i) => rgba[4 * Math.floor(i / 3) + (i % 3)]);
}

/** NaN if there are no values. */
function percentile(sorted: Float32Array, part: number): number {
  return sorted[Math.round(part * (sorted.length - 1))] ?? NaN;
}

/** Coefficients of the polynomials for the turbo color map (degree 5, constant term first) (A. Mikhailov, "Turbo, an improved rainbow colormap", 2019). */
const TURBO = [
  [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
  [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
  [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
];

/** Turbo color of t in 0..1 as sRGB bytes. Exported for tests. */
export function turbo(t: number): [number, number, number] {
  const channel = (coefficients: number[]): number => {
    const value = coefficients.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
    return Math.round(255 * Math.min(1, Math.max(0, value)));
  };
  return [channel(TURBO[0]), channel(TURBO[1]), channel(TURBO[2])];
}
