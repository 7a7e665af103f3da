/** Points of a grid by their indices, the last axis fastest; an index beyond its end is its last point. -> [n, 3]. */
export function gridPointsAtRef(axes: readonly ArrayLike<number>[], indices: ArrayLike<number>): Float64Array {
  const [nx, ny, nz] = axes.map((a) => a.length);
  const y = new Float64Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) {
    const p = Math.min(indices[i], nx * ny * nz - 1);
    y.set([axes[0][Math.floor(p / (ny * nz))], axes[1][Math.floor(p / nz) % ny], axes[2][p % nz]], 3 * i);
  }
  return y;
}
