/** The coarse lattice that a sweep from coarse to fine queries first, and sets of grid points as bits. */
import type { Grid } from './grid.ts';

/**
 * A sheet of occupied points that is one step thick has a point of the coarse lattice for each such area, in the object's
 * own frame: about 0.26 x 0.26. At the usual steps it gives lattices whose points are nearly as far from one another as can
 * be: one in 7, 26 and 104 points at 0.1, 0.05 and 0.025. What they miss is measured: docs/sweep.md.
 */
const AREA_PER_POINT = 0.0652;

/** One point in so many belongs to the coarse lattice of a grid. */
export const coarseness = (step: number): number => Math.max(1, Math.round(AREA_PER_POINT / step ** 2));

/** The factor of `coarseLattice`: the one whose points are farthest from one another. Exported for tests. */
export function factorOf(oneIn: number): number {
  let best = { factor: 1, distance: 0 };
  for (let factor = 1; factor < oneIn; factor++) {
    if (!areCoprime(factor, oneIn)) continue;
    const distance = leastDistance(oneIn, factor);
    if (distance > best.distance) best = { factor, distance };
  }
  return best.factor;
}

/** The points that a sweep from coarse to fine queries first: ascending indices of the grid. */
export function coarseLattice(grid: Grid): Uint32Array {
  const lattice = latticeOf(grid.counts, coarseness(grid.step));
  if (!grid.inside) return lattice;
  const outside = pointsOutside(grid);
  return lattice.filter((i) => !isIn(outside, i));
}

/**
 * One point in so many: the points (x, y, z) with x + f y + f^2 z divisible by `oneIn`, which f shares no divisor with: a
 * lattice rule of Korobov's form (1959). Every line along an axis has one of so many points, so a thin sheet cannot lie
 * between its planes, as it can in a cubic lattice.
 * @returns ascending indices of the grid
 */
export function latticeOf([nx, ny, nz]: Grid['counts'], oneIn: number): Uint32Array {
  const factor = factorOf(oneIn);
  const square = (factor * factor) % oneIn;
  const indices = new Uint32Array(nx * ny * Math.ceil(nz / oneIn));
  let found = 0;
  for (let x = 0; x < nx; x++) {
    for (let y = 0; y < ny; y++) {
      let z = 0;
      while ((x + factor * y + square * z) % oneIn !== 0) z++;
      for (; z < nz; z += oneIn) indices[found++] = (x * ny + y) * nz + z;
    }
  }
  return indices.slice(0, found);
}

function areCoprime(a: number, b: number): boolean {
  while (b !== 0) [a, b] = [b, a % b];
  return a === 1;
}

/** Squared distance of the closest points of a lattice. */
function leastDistance(oneIn: number, factor: number): number {
  // The densest packing of so many points per volume bounds it: none of them has neighbors farther away than this.
  const reach = Math.ceil(Math.cbrt(Math.SQRT2 * oneIn));
  const square = (factor * factor) % oneIn;
  let least = Infinity;
  for (let y = -reach; y <= reach; y++) {
    for (let z = -reach; z <= reach; z++) {
      // Of all x with this y and z, the two next to 0.
      const x = (((factor * y + square * z) % oneIn) + oneIn) % oneIn;
      for (const along of y === 0 && z === 0 ? [oneIn] : [x, x - oneIn]) {
        least = Math.min(least, along * along + y * y + z * z);
      }
    }
  }
  return least;
}

const WORD_BITS = 32;

/** Words that have a bit for each point of a grid. */
export const wordsOfBits = (total: number): number => Math.ceil(total / WORD_BITS);

/** Sets the bits of some points: the index / 32 is the word, the rest the bit, lowest first. */
export function addPoints(bits: Uint32Array, indices: Uint32Array): void {
  for (const i of indices) bits[i >>> 5] |= 1 << (i & 31);
}

const isIn = (bits: Uint32Array, i: number): boolean => ((bits[i >>> 5] >>> (i & 31)) & 1) === 1;

/** The indices that do not belong to a grid. */
export function pointsOutside({ inside, total }: Grid): Uint32Array {
  const bits = new Uint32Array(wordsOfBits(total));
  if (!inside) return bits;
  bits.fill(0xffffffff);
  for (const i of inside) bits[i >>> 5] &= ~(1 << (i & 31));
  return bits;
}

/** The points whose bits are set, ascending. */
export function pointsIn(bits: Uint32Array): Uint32Array {
  let count = 0;
  for (const word of bits) for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  const indices = new Uint32Array(count);
  let found = 0;
  bits.forEach((word, w) => {
    for (let rest = word; rest !== 0; rest &= rest - 1)
      indices[found++] = WORD_BITS * w + 31 - Math.clz32(rest & -rest);
  });
  return indices;
}
