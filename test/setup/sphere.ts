/** A sphere as a textured mesh. It imports nothing, so that pages in browsers can hold it. */

/** A sphere: its corners in rows from the top, triangles counterclockwise as seen from outside (y up). */
export interface Sphere {
  /** [n, 3] positions. */
  readonly xyz: Float32Array;
  /** [n, 3] unit vectors. */
  readonly normals: Float32Array;
  /** [n, 2] places in a texture. */
  readonly uv: Float32Array;
  /** [m, 3]. */
  readonly triangles: Uint32Array;
}

/** @param center in the axes of glTF: x right, y up, z towards the viewer */
export function sphere(center: readonly number[], radius: number, rows = 24): Sphere {
  const columns = 2 * rows;
  const normals: number[] = [];
  const uv: number[] = [];
  const triangles: number[] = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const [down, around] = [(Math.PI * row) / rows, (2 * Math.PI * column) / columns];
      normals.push(Math.sin(down) * Math.cos(around), Math.cos(down), -Math.sin(down) * Math.sin(around));
      uv.push(column / columns, row / rows);
      if (row === rows || column === columns) continue;
      const a = row * (columns + 1) + column;
      const b = a + columns + 1;
      triangles.push(a, b, a + 1, a + 1, b, b + 1);
    }
  }
  return {
    xyz: Float32Array.from(normals, (value, i) => center[i % 3] + radius * value),
    normals: Float32Array.from(normals),
    uv: Float32Array.from(uv),
    triangles: Uint32Array.from(triangles),
  };
}
