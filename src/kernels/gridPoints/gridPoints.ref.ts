/** Points `start` .. `start + count` of a grid, the last axis fastest; after its end, its last point. -> [count, 3]. */
export function gridPointsRef(axes: readonly ArrayLike<number>[], start: number, count: number): Float64Array {
  const [nx, ny, nz] = axes.map((a) => a.length);
  const y = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const p = Math.min(start + i, nx * ny * nz - 1);
    y.set([axes[0][Math.floor(p / (ny * nz))], axes[1][Math.floor(p / nz) % ny], axes[2][p % nz]], 3 * i);
  }
  return y;
}
