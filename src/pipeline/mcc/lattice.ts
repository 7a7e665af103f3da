/** The lattices that a sweep from coarse to fine asks one after another, and sets of grid points as bits. */
import type { Grid } from './grid.ts';

/**
 * Largest distance of the coarsest lattice's points, in the object's own frame. MCC was trained to say "occupied" within 0.1
 * of the surface (arXiv:2301.08247), so the occupied points are a shell about this thick.
 */
const COARSEST = 0.2;

/** Steps of the grid are rounded to float32. */
const SLACK = 1 + 1e-6;

/**
 * Which points of a grid the levels ask: every so many-th along each axis, and the last one. Powers of two, coarsest first, so
 * that a lattice holds those before it. A grid with steps above 0.1 has one level: all of it.
 * @param step distance of neighboring points of the grid
 */
export function stridesOf(step: number): number[] {
  const halvings = Math.max(0, Math.floor(Math.log2((COARSEST * SLACK) / step)));
  return Array.from({ length: halvings + 1 }, (_, level) => 2 ** (halvings - level));
}

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
