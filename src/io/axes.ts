/**
 * Axes of file formats, from those of the photo's camera: x right, y down, z forward. Both are turns: nothing is mirrored, and
 * triangles stay counterclockwise as seen from outside. Pictured in docs/files.md.
 */

const MILLIMETERS_PER_METER = 1000;

/** Converts [n, 3] from x right, y down, z forward to x right, y up, z backward, as in glTF and OpenUSD: a half turn about x. */
export function toGltfAxes(xyz: Float32Array): Float32Array<ArrayBuffer> {
  // 0 - v instead of -v, so that zero stays +0.
  const out = new Float32Array(xyz.length);
  for (let i = 0; i < xyz.length; i += 3) {
    out[i] = xyz[i];
    out[i + 1] = 0 - xyz[i + 1];
    out[i + 2] = 0 - xyz[i + 2];
  }
  return out;
}

/**
 * Converts [n, 3] meters with x right, y down, z forward to millimeters on a print bed, where z is up: x right, y backward, z up,
 * a quarter turn about x. What the camera saw faces the front of the bed. All points are moved alike, so that the smallest x, y
 * and z are 0: slicers and 3MF (core specification, section 3.3) expect objects in the positive octant.
 */
export function toPrintMillimeters(xyz: Float32Array): Float32Array<ArrayBuffer> {
  const { min, max } = boundsOf(xyz);
  const out = new Float32Array(xyz.length);
  for (let i = 0; i < xyz.length; i += 3) {
    out[i] = (xyz[i] - min[0]) * MILLIMETERS_PER_METER;
    out[i + 1] = (xyz[i + 2] - min[2]) * MILLIMETERS_PER_METER;
    out[i + 2] = (max[1] - xyz[i + 1]) * MILLIMETERS_PER_METER;
  }
  return out;
}

type Vector = [number, number, number];

/** Smallest and largest x, y and z of [n, 3] positions; infinite if there are none. */
export function boundsOf(xyz: Float32Array): { min: Vector; max: Vector } {
  const min: Vector = [Infinity, Infinity, Infinity];
  const max: Vector = [-Infinity, -Infinity, -Infinity];
  xyz.forEach((value, i) => {
    min[i % 3] = Math.min(min[i % 3], value);
    max[i % 3] = Math.max(max[i % 3], value);
  });
  return { min, max };
}
