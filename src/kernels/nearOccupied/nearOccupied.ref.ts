/**
 * Points of a lattice that are still to be asked: those without their bit in `asked` which have an occupied lattice point
 * among themselves and their 26 neighbors. The lattice takes every `stride`-th point of the grid along each axis, and the
 * last one. Bits stand 32 to a word, lowest first; those of `occupied` and `asked` by the index in the grid, those of the
 * result by the index in the lattice, the last axis fastest in both.
 */
export function nearOccupiedRef(
  occupied: ArrayLike<number>,
  asked: ArrayLike<number>,
  counts: readonly [number, number, number],
  stride: number,
): Uint32Array {
  const [nx, ny, nz] = counts.map((n) => Math.ceil((n - 1) / stride) + 1);
  const has = (bits: ArrayLike<number>, at: readonly number[]): boolean => {
    const [x, y, z] = at.map((k, axis) => Math.min(k * stride, counts[axis] - 1));
    const i = (x * counts[1] + y) * counts[2] + z;
    return ((bits[i >>> 5] >>> (i & 31)) & 1) === 1;
  };
  const isInside = ([x, y, z]: readonly number[]): boolean => x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz;
  const y = new Uint32Array(Math.ceil((nx * ny * nz) / 32));
  for (let k = 0; k < nx * ny * nz; k++) {
    const at = [Math.floor(k / (ny * nz)), Math.floor(k / nz) % ny, k % nz];
    const around = Array.from({ length: 27 }, (_, d) => [
      at[0] + Math.floor(d / 9) - 1,
      at[1] + (Math.floor(d / 3) % 3) - 1,
      at[2] + (d % 3) - 1,
    ]);
    const isNear = around.some((neighbor) => isInside(neighbor) && has(occupied, neighbor));
    if (isNear && !has(asked, at)) y[k >>> 5] |= 1 << (k & 31);
  }
  return y;
}
