/** Smoothing of a surface that stays where it is. */
import { cornersOf, nextCorner } from '../mesh/closed.ts';
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
  const n = xyz.length / 3;
  const { start, list } = cornersOf(triangles, n);
  // Every edge of a closed surface is in two triangles, once in each direction, so one direction meets each neighbor once.
  const neighbors = list.map((corner) => 3 * triangles[nextCorner(corner)]);
  let current = xyz;
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const amount = round % 2 === 0 ? FORTH : BACK;
    const out = new Float32Array(xyz.length);
    for (let v = 0, at = 0; v < n; v++, at += 3) {
      let [x, y, z] = [0, 0, 0];
      for (let i = start[v]; i < start[v + 1]; i++) {
        const neighbor = neighbors[i];
        x = Math.fround(x + current[neighbor]);
        y = Math.fround(y + current[neighbor + 1]);
        z = Math.fround(z + current[neighbor + 2]);
      }
      const count = start[v + 1] - start[v];
      out[at] = moved(xyz[at], current[at], x / count, amount, reach);
      out[at + 1] = moved(xyz[at + 1], current[at + 1], y / count, amount, reach);
      out[at + 2] = moved(xyz[at + 2], current[at + 2], z / count, amount, reach);
    }
    current = out;
  }
  return current;
}

/** A coordinate on its way to the neighbors' mean, not farther than `reach` from where it was at first. */
function moved(first: number, here: number, mean: number, amount: number, reach: number): number {
  return Math.min(first + reach, Math.max(first - reach, here + amount * (mean - here)));
}
