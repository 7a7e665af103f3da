/** How well a place is closed off: the lowest pass over which one can come to it from outside. */
import { stridesOf, type Volume } from './volume.ts';

/** Heights are sorted into so many equal bins between the lowest and the highest. */
const BINS = 4096;

/**
 * For each voxel the smallest maximum of values along any path from the border of the volume to it, the voxel's own value
 * included. A place below its pass is a basin: what encloses it is higher. A flood that takes the lowest voxel first
 * finds all of them (Barnes et al., Priority-Flood, 2014), with bins in place of a sorted queue; so passes are right to
 * within the height of a bin.
 * @returns [voxels]
 */
export function passHeights(volume: Volume): Float32Array {
  const { values, counts } = volume;
  const [nx, ny, nz] = counts;
  const [sx, sy] = stridesOf(volume);
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = high > low ? (BINS - 1) / (high - low) : 0;
  const heads = new Int32Array(BINS).fill(-1);
  const next = new Int32Array(values.length);
  const heights = new Float32Array(values.length).fill(NaN);
  const reach = (i: number, pass: number): void => {
    if (!Number.isNaN(heights[i])) return;
    const height = Math.max(pass, values[i]);
    heights[i] = height;
    const bin = Math.floor((height - low) * scale);
    next[i] = heads[bin];
    heads[bin] = i;
  };
  for (let x = 0; x < nx; x++) {
    for (let y = 0; y < ny; y++) {
      const whole = x === 0 || y === 0 || x === nx - 1 || y === ny - 1;
      for (let z = 0; z < nz; z += whole ? 1 : Math.max(1, nz - 1)) reach(x * sx + y * sy + z, -Infinity);
    }
  }
  for (let bin = 0; bin < BINS; bin++) {
    while (heads[bin] >= 0) {
      const i = heads[bin];
      heads[bin] = next[i];
      const pass = heights[i];
      // Beyond a side of the volume these are voxels of other sides, which have been reached, or none.
      reach(i - 1, pass);
      reach(i + 1, pass);
      reach(i - sy, pass);
      reach(i + sy, pass);
      if (i >= sx) reach(i - sx, pass);
      if (i < values.length - sx) reach(i + sx, pass);
    }
  }
  return heights;
}
