/** The lattices that a sweep from coarse to fine asks one after another, and sets of grid points as bits. */
import type { Grid } from './grid.ts';

/** Which points of a grid a level asks: every so many-th along each axis, and the last one. Coarsest first. */
export const STRIDES = [4, 2, 1] as const;

const WORD_BITS = 32;

/** A bit for each point of a grid, none of them set: the index / 32 is the word, the rest the bit, lowest first. */
export const noPoints = ({ total }: Pick<Grid, 'total'>): Uint32Array => new Uint32Array(Math.ceil(total / WORD_BITS));

/** Sets the bits of some points. */
export function addPoints(bits: Uint32Array, indices: Uint32Array): void {
  for (const i of indices) bits[i >>> 5] |= 1 << (i & 31);
}

/**
 * The points of a lattice whose bits are set, as ascending indices of the grid.
 * @param bits one for each point of the lattice of `stride`, in the order of the lattice
 */
export function pointsOfLattice(bits: Uint32Array, counts: Grid['counts'], stride: number): Uint32Array {
  const [, ny, nz] = counts.map((n) => Math.ceil((n - 1) / stride) + 1);
  const along = (axis: number, k: number): number => Math.min(k * stride, counts[axis] - 1);
  const indices = new Uint32Array(bits.reduce((sum, word) => sum + bitCount(word), 0));
  let at = 0;
  bits.forEach((word, w) => {
    for (let rest = word; rest !== 0; rest &= rest - 1) {
      const k = WORD_BITS * w + 31 - Math.clz32(rest & -rest);
      const [x, y, z] = [Math.floor(k / (ny * nz)), Math.floor(k / nz) % ny, k % nz];
      indices[at++] = (along(0, x) * counts[1] + along(1, y)) * counts[2] + along(2, z);
    }
  });
  return indices;
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
