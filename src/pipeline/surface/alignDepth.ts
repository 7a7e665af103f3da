/** Moves an estimated depth map to where the network's surface is. Details stay: the shift varies slowly over the picture. */
import type { Normalization } from '../points/normalization.ts';
import { squareSums } from './squares.ts';
import type { DepthView } from './visibleSide.ts';
import type { Volume } from './volume.ts';

// The constants were chosen on scenes 900,000 to 900,015 of tools/train, which measurements do not use.

/** The surface is looked for up to this far in front of and behind a pixel's depth, in steps of `STRIDE`. */
const REACH = 0.6;
const STRIDE = 0.025;
/** Shifts are looked for at about so many pixels per row; between them they are interpolated. */
const COLUMNS = 480;
/** The shift is the mean over a square of this share of the picture's width to each side, taken twice. */
const SMOOTH_SHARE = 1 / 40;

/** Shifts for some of a picture's pixels. */
interface Shifts {
  readonly width: number;
  readonly height: number;
  /** [height, width]: sums of shifts, and how many were summed. */
  readonly sums: Float32Array;
  readonly known: Float32Array;
}

/**
 * Networks learn the errors of the depth maps that they are trained with: where an estimated depth is off, the shell is nearer the truth.
 * So each depth moves along its ray to where the ray enters the solid, as its neighbors do.
 * @param solid distances, positive inside, from the shell alone
 */
export function alignDepth(solid: Volume, view: DepthView, normalization: Normalization): DepthView {
  const { width, meters } = view;
  const stride = Math.max(1, Math.round(width / COLUMNS));
  const shifts = smoothed(shiftsOf(solid, view, normalization, stride));
  const at = interpolation(shifts, stride);
  const moved = meters.map((depth, pixel) => {
    const [u, v] = [pixel % width, Math.floor(pixel / width)];
    const known = at(shifts.known, u, v);
    return known > 0.5 ? depth + normalization.scale * (at(shifts.sums, u, v) / known) : depth;
  });
  return { ...view, meters: moved };
}

/** Distances along the ray from the depth to the solid, for one pixel in the middle of each square of `stride` pixels. */
function shiftsOf(solid: Volume, view: DepthView, { scale, center }: Normalization, stride: number): Shifts {
  const { mask, meters, camera } = view;
  const { origin, steps } = solid;
  const [width, height] = [Math.ceil(view.width / stride), Math.ceil(view.height / stride)];
  const [sums, known] = [new Float32Array(width * height), new Float32Array(width * height)];
  for (let at = 0; at < sums.length; at++) {
    const u = Math.min(view.width - 1, (at % width) * stride + (stride >> 1));
    const v = Math.min(view.height - 1, Math.floor(at / width) * stride + (stride >> 1));
    const pixel = v * view.width + u;
    const depth = meters[pixel] / scale;
    if (!mask[pixel] || !(depth > 0 && depth < Infinity)) continue;
    const rayX = (u - camera.cx) / camera.fx;
    const rayY = (v - camera.cy) / camera.fy;
    let before = NaN;
    for (let shift = -REACH; shift < REACH + STRIDE / 2; shift += STRIDE) {
      const z = depth + shift;
      const value = valueAt(solid, [
        (rayX * z - center[0] - origin[0]) / steps[0],
        (rayY * z - center[1] - origin[1]) / steps[1],
        (z - center[2] - origin[2]) / steps[2],
      ]);
      if (before <= 0 && value > 0) {
        known[at] = 1;
        sums[at] = shift - (STRIDE * value) / (value - before);
        break;
      }
      before = value;
    }
  }
  return { width, height, sums, known };
}

/** Linear interpolation between voxels, at a place in units of voxels; NaN outside of the volume. */
function valueAt({ counts: [nx, ny, nz], values }: Volume, [x, y, z]: readonly [number, number, number]): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  if (!(i >= 0 && j >= 0 && k >= 0 && i < nx - 1 && j < ny - 1 && k < nz - 1)) return NaN;
  const along = (at: number): number => values[at] + (z - k) * (values[at + 1] - values[at]);
  const at = (i * ny + j) * nz + k;
  const [near, nearNext] = [along(at), along(at + nz)];
  const [far, farNext] = [along(at + ny * nz), along(at + ny * nz + nz)];
  const [low, high] = [near + (y - j) * (nearNext - near), far + (y - j) * (farNext - far)];
  return low + (x - i) * (high - low);
}

function smoothed({ width, height, sums, known }: Shifts): Shifts {
  const reach = Math.max(1, Math.round(width * SMOOTH_SHARE));
  const smooth = (values: Float32Array): Float32Array =>
    squareSums(squareSums(values, width, height, reach), width, height, reach);
  return { width, height, sums: smooth(sums), known: smooth(known) };
}

/** Linear interpolation between the pixels in the middle of squares. */
function interpolation({ width, height }: Shifts, stride: number) {
  const along = (pixel: number, count: number): readonly [number, number] => {
    const at = Math.min(count - 1, Math.max(0, (pixel - (stride >> 1)) / stride));
    const first = Math.min(count - 1, Math.floor(at));
    return [first, at - first];
  };
  return (values: Float32Array, u: number, v: number): number => {
    const [x, right] = along(u, width);
    const [y, below] = along(v, height);
    const next = x + (right > 0 ? 1 : 0);
    const row = (line: number): number => (1 - right) * values[line * width + x] + right * values[line * width + next];
    return below > 0 ? (1 - below) * row(y) + below * row(y + 1) : row(y);
  };
}
