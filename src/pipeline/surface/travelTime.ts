/** Times of travel through a volume from a set of voxels; with a cost of 1 everywhere, distances. */
import { stepOf, stridesOf, type Volume } from './volume.ts';

/** The time of voxels that nothing has reached. */
const UNREACHED = 1e9;

/** Crossings are kept this far from the voxel, in steps, so that no time is 0. */
const NEAREST_CROSSING = 0.02;

/**
 * Solves |grad T| = cost with T = 0 on the surface of a set, by one round of fast sweeping in eight directions
 * (Zhao, A Fast Sweeping Method for Eikonal Equations, 2005). Beside the set, times start at the place between two voxels
 * where the values cross `level`, so that they are finer than voxels.
 * @param from [voxels], not 0 in the set
 * @param cost [voxels], time per distance
 * @returns [voxels]; 0 in the set; `UNREACHED` at the border of the volume, unless it is in the set
 */
export function travelTimes(volume: Volume, from: Uint8Array, level: number, cost: Float32Array): Float32Array {
  const times = startTimes(volume, from, level, cost);
  const fixed = new Uint8Array(times.length);
  for (let i = 0; i < fixed.length; i++) if (times[i] < UNREACHED) fixed[i] = 1;
  const [nx, ny, nz] = volume.counts;
  const [sx, sy] = stridesOf(volume);
  const step = stepOf(volume);
  const hasWork = rowsWithWork(volume, fixed);
  for (let direction = 0; direction < 8; direction++) {
    for (let a = 1; a < nx - 1; a++) {
      const x = direction & 1 ? nx - 1 - a : a;
      for (let b = 1; b < ny - 1; b++) {
        const y = direction & 2 ? ny - 1 - b : b;
        if (!hasWork[x * ny + y]) continue;
        const row = x * sx + y * sy;
        for (let c = 1; c < nz - 1; c++) {
          const i = row + (direction & 4 ? nz - 1 - c : c);
          if (fixed[i]) continue;
          const p = Math.min(times[i - sx], times[i + sx]);
          const q = Math.min(times[i - sy], times[i + sy]);
          const r = Math.min(times[i - 1], times[i + 1]);
          const known = times[i];
          if (p >= known && q >= known && r >= known) continue;
          const time = upwind(p, q, r, step * cost[i]);
          if (time < known) times[i] = time;
        }
      }
    }
  }
  return times;
}

/** Godunov's solution of one voxel: the smallest T whose upwind differences to p, q, r have the length f. */
function upwind(p: number, q: number, r: number, f: number): number {
  const least = Math.min(p, q, r);
  const most = Math.max(p, q, r);
  const middle = p + q + r - least - most;
  let time = least + f;
  if (time <= middle) return time;
  time = (least + middle + Math.sqrt(Math.max(0, 2 * f * f - (least - middle) ** 2))) / 2;
  if (time <= most) return time;
  const sum = p + q + r;
  return (sum + Math.sqrt(Math.max(0, sum * sum - 3 * (p * p + q * q + r * r - f * f)))) / 3;
}

function startTimes(volume: Volume, from: Uint8Array, level: number, cost: Float32Array): Float32Array {
  const { values } = volume;
  const [nx, ny, nz] = volume.counts;
  const strides = stridesOf(volume);
  const step = stepOf(volume);
  const times = new Float32Array(from.length).fill(UNREACHED);
  for (let i = 0; i < from.length; i++) if (from[i]) times[i] = 0;
  const [sx, sy] = strides;
  for (let x = 1; x < nx - 1; x++) {
    for (let y = 1; y < ny - 1; y++) {
      const row = x * sx + y * sy;
      for (let i = row + 1; i < row + nz - 1; i++) {
        if (from[i]) continue;
        if (!(from[i - 1] | from[i + 1] | from[i - sy] | from[i + sy] | from[i - sx] | from[i + sx])) continue;
        let inverse = 0;
        for (let axis = 0; axis < 3; axis++) {
          const stride = strides[axis];
          const back = from[i - stride] ? crossing(values[i], values[i - stride], level) : Infinity;
          const ahead = from[i + stride] ? crossing(values[i], values[i + stride], level) : Infinity;
          inverse += Math.min(back, ahead) ** -2;
        }
        times[i] = (step * cost[i]) / Math.sqrt(inverse);
      }
    }
  }
  return times;
}

/** Distance in steps from a value to where the line to its neighbor crosses a level; half a step if it does not. */
function crossing(here: number, there: number, level: number): number {
  const share = (here - level) / (here - there);
  return share >= 0 && share <= 1 ? Math.max(NEAREST_CROSSING, share) : 0.5;
}

/** Rows along z with a voxel that is not fixed. */
function rowsWithWork({ counts: [nx, ny, nz] }: Volume, fixed: Uint8Array): Uint8Array {
  const rows = new Uint8Array(nx * ny);
  for (let row = 0; row < rows.length; row++) {
    for (let i = row * nz; i < (row + 1) * nz && !rows[row]; i++) if (!fixed[i]) rows[row] = 1;
  }
  return rows;
}
