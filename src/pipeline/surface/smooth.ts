/** Smoothing of a surface that stays where it is. */
import type { RawSurface } from './tetrahedra.ts';

/** Rounds of a step towards the neighbors' mean and a longer step back. */
const ROUNDS = 8;
const FORTH = 0.5;
const BACK = -0.53;

/**
 * Smooths without shrinking (Taubin, A Signal Processing Approach to Fair Surface Design, 1995).
 * @param reach no vertex moves farther than this along any axis
 * @returns new positions [n, 3]
 */
export function smoothSurface({ xyz, triangles }: RawSurface, reach: number): Float32Array {
  let current = xyz;
  const counts = new Uint32Array(xyz.length / 3);
  // Every edge of a closed surface is in two triangles, once in each direction, so one direction meets each neighbor once.
  for (const v of triangles) counts[v]++;
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const sums = new Float32Array(xyz.length);
    for (let t = 0; t < triangles.length; t += 3) {
      for (let corner = 0; corner < 3; corner++) {
        const from = 3 * triangles[t + corner];
        const to = 3 * triangles[corner === 2 ? t : t + corner + 1];
        sums[from] += current[to];
        sums[from + 1] += current[to + 1];
        sums[from + 2] += current[to + 2];
      }
    }
    const amount = round % 2 === 0 ? FORTH : BACK;
    const out = new Float32Array(xyz.length);
    for (let v = 0; v < counts.length; v++) {
      for (let k = 3 * v; k < 3 * v + 3; k++) {
        const moved = current[k] + amount * (sums[k] / counts[v] - current[k]);
        out[k] = Math.min(xyz[k] + reach, Math.max(xyz[k] - reach, moved));
      }
    }
    current = out;
  }
  return current;
}
