/**
 * Points of a grid that are next to be queried: those without their bit in `queried` which have an occupied point among their 26
 * neighbors, or are marked as occupied themselves. Bits stand 32 to a word, lowest first, by the index of the point, the
 * last axis fastest.
 */
export function nearOccupiedRef(
  occupied: ArrayLike<number>,
  queried: ArrayLike<number>,
  [nx, ny, nz]: readonly [number, number, number],
): Uint32Array {
  const has = (bits: ArrayLike<number>, [x, y, z]: readonly number[]): boolean => {
    const i = (x * ny + y) * nz + z;
    return ((bits[i >>> 5] >>> (i & 31)) & 1) === 1;
  };
  const isInside = ([x, y, z]: readonly number[]): boolean => x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz;
  const next = new Uint32Array(Math.ceil((nx * ny * nz) / 32));
  for (let k = 0; k < nx * ny * nz; k++) {
    const at = [Math.floor(k / (ny * nz)), Math.floor(k / nz) % ny, k % nz];
    const around = Array.from({ length: 27 }, (_, d) => [
      at[0] + Math.floor(d / 9) - 1,
      at[1] + (Math.floor(d / 3) % 3) - 1,
      at[2] + (d % 3) - 1,
    ]);
    const isNear = around.some((neighbor) => isInside(neighbor) && has(occupied, neighbor));
    if (isNear && !has(queried, at)) next[k >>> 5] |= 1 << (k & 31);
  }
  return next;
}
