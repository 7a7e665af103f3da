/** Local thickness: how large a ball fits into a set at a place. */
import { stepOf, stridesOf, type Volume } from './volume.ts';

/** A voxel whose distance grows less than this towards each neighbor, in steps, is the middle of a ball. */
const RIDGE = 0.5;

/**
 * The radius of the largest ball inside a set that covers a voxel (Hildebrand and Rüegsegger, 1997). Balls get a step
 * wider, so that they cover the voxels at the edge of the set.
 * @param depth [voxels], distances to the outside of the set; 0 outside
 * @param most larger balls count as this one
 * @returns [voxels]; `most` where no ball is found
 */
export function localThickness(volume: Volume, depth: Float32Array, most: number): Float32Array {
  const [nx, ny, nz] = volume.counts;
  const [sx, sy] = stridesOf(volume);
  const step = stepOf(volume);
  const thickness = new Float32Array(depth.length);
  const balls = new Map<number, Int32Array>();
  for (let x = 1; x < nx - 1; x++) {
    for (let y = 1; y < ny - 1; y++) {
      for (let z = 1; z < nz - 1; z++) {
        const i = x * sx + y * sy + z;
        const d = depth[i];
        if (!(d > 0)) continue;
        if (d > most + step) {
          thickness[i] = most;
          continue;
        }
        const grows = RIDGE * step;
        const isMiddle =
          d >= most - grows ||
          (depth[i - 1] - d <= grows &&
            depth[i + 1] - d <= grows &&
            depth[i - sy] - d <= grows &&
            depth[i + sy] - d <= grows &&
            depth[i - sx] - d <= grows &&
            depth[i + sx] - d <= grows);
        if (!isMiddle) continue;
        const radius = Math.min(d, most);
        const reach = Math.floor(radius / step + 1);
        if (x < reach || y < reach || z < reach || x + reach >= nx || y + reach >= ny || z + reach >= nz) continue;
        const key = Math.round((32 * radius) / step);
        let ball = balls.get(key);
        if (!ball) balls.set(key, (ball = ballOf(key / 32 + 1, sx, sy)));
        for (let run = 0; run < ball.length; run += 2) {
          const end = i + ball[run + 1];
          for (let at = i + ball[run]; at <= end; at++) if (thickness[at] < radius) thickness[at] = radius;
        }
      }
    }
  }
  for (let i = 0; i < thickness.length; i++) if (thickness[i] === 0) thickness[i] = most;
  return thickness;
}

/** The runs of voxels along z that make a ball: the distances in indices to the first and the last of each. @param radius in steps */
function ballOf(radius: number, sx: number, sy: number): Int32Array {
  const runs: number[] = [];
  const reach = Math.floor(radius);
  for (let x = -reach; x <= reach; x++) {
    for (let y = -reach; y <= reach; y++) {
      let z = reach;
      while (z >= 0 && x * x + y * y + z * z > radius * radius) z--;
      if (z >= 0) runs.push(x * sx + y * sy - z, x * sx + y * sy + z);
    }
  }
  return Int32Array.from(runs);
}
