/** Moves a depth map to where the network says the surface is. Details stay: the shift varies slowly over the picture. */
import type { Normalization } from '../points/normalization.ts';
import type { DepthView } from './visibleSide.ts';
import type { Volume } from './volume.ts';

// The constants were chosen on scenes 900,000 to 900,007 of tools/train, which measurements do not use.

/** Places up to this far in front of and behind a pixel's depth are asked, in steps of `STRIDE`. */
const REACH = 0.4;
const STRIDE = 0.05;
/** A place counts by this power of e per unit of logit, so that the surest ones decide; near ones count more than far ones. */
const SURENESS = 2;
/** Logits above the limit that are higher count as this one: all of them are sure. */
const SUREST = 6;
/** A pixel on whose ray the weights sum up to less than this has no surface near its depth. */
const LEAST = 0.5;
/** The shift is the mean over a square of this share of the photo's width to each side, taken twice. */
const SMOOTH_SHARE = 1 / 40;
/** Shifts are shorter by this, half a stride: they are not known better. So a depth that is right stays. */
const ROUNDING = STRIDE / 2;

/**
 * Networks learn the errors of the depth maps that they are trained with: where the depth of a single picture is off, the shell is
 * nearer the truth. So each depth moves along its ray to the mean of the occupied places around it, as its neighbors do. Where the
 * depth is right, the network is surest there, and nothing moves.
 * @param shell logits
 * @param limit logit above which a point is occupied
 */
export function alignDepth(shell: Volume, limit: number, view: DepthView, { scale, center }: Normalization): DepthView {
  const { width, height, mask, meters, camera } = view;
  const { counts, origin, steps, values } = shell;
  const shifts = new Float32Array(meters.length);
  const isKnown = new Float32Array(meters.length);
  for (let pixel = 0; pixel < meters.length; pixel++) {
    const depth = meters[pixel] / scale;
    if (!mask[pixel] || !(depth > 0 && depth < Infinity)) continue;
    const rayX = ((pixel % width) - camera.cx) / camera.fx;
    const rayY = (Math.floor(pixel / width) - camera.cy) / camera.fy;
    let [sum, weights] = [0, 0];
    for (let shift = -REACH; shift < REACH + STRIDE / 2; shift += STRIDE) {
      const z = depth + shift;
      const i = Math.round((rayX * z - center[0] - origin[0]) / steps[0]);
      const j = Math.round((rayY * z - center[1] - origin[1]) / steps[1]);
      const k = Math.round((z - center[2] - origin[2]) / steps[2]);
      if (!(i >= 0 && j >= 0 && k >= 0 && i < counts[0] && j < counts[1] && k < counts[2])) continue;
      const above = values[(i * counts[1] + j) * counts[2] + k] - limit;
      const nearness = 1 - Math.abs(shift) / (REACH + STRIDE);
      const weight = nearness * Math.exp(SURENESS * Math.min(SUREST, above));
      sum += weight * shift;
      weights += weight;
    }
    if (weights < LEAST) continue;
    isKnown[pixel] = 1;
    shifts[pixel] = sum / weights;
  }
  const reach = Math.max(1, Math.round(width * SMOOTH_SHARE));
  const sums = twiceSummed(shifts, width, height, reach);
  const known = twiceSummed(isKnown, width, height, reach);
  const moved = meters.map((depth, pixel) => {
    if (!(known[pixel] > 0.5)) return depth;
    const shift = sums[pixel] / known[pixel];
    return depth + scale * Math.sign(shift) * Math.max(0, Math.abs(shift) - ROUNDING);
  });
  return { ...view, meters: moved };
}

/** Sums over squares of pixels, of sums over squares: rows first, then columns. */
function twiceSummed(from: Float32Array, width: number, height: number, reach: number): Float32Array {
  const alongRows = (values: Float32Array): Float32Array => summed(values, height, width, 1, width, reach);
  const alongColumns = (values: Float32Array): Float32Array => summed(values, width, height, width, 1, reach);
  return alongColumns(alongRows(alongColumns(alongRows(from))));
}

/** Sums over `reach` neighbors on both sides along each line. */
function summed(
  from: Float32Array,
  lines: number,
  length: number,
  stride: number,
  lineStride: number,
  reach: number,
): Float32Array {
  const out = new Float32Array(from.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStride;
    let sum = 0;
    for (let k = -reach; k < length; k++) {
      if (k + reach < length) sum += from[start + (k + reach) * stride];
      if (k > reach) sum -= from[start + (k - reach - 1) * stride];
      if (k >= 0) out[start + k * stride] = sum;
    }
  }
  return out;
}
