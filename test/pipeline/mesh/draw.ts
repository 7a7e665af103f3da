/** A plain renderer of textured meshes, to compare textures with the photos that they were painted from. */
import type { Intrinsics } from '../../../src/pipeline/camera.ts';
import type { TexturedMesh } from '../../../src/pipeline/mesh.ts';

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] sRGB bytes; alpha is 0 where there is no mesh. */
  readonly rgba: Uint8Array;
}

/** Draws the colors of a texture, without light, as the camera sees them. Pixels have their centers at whole numbers. */
export function draw(mesh: TexturedMesh, camera: Intrinsics, width: number, height: number): Drawing {
  const rgba = new Uint8Array(4 * width * height);
  const depth = new Float64Array(width * height).fill(Infinity);
  for (let t = 0; t < mesh.triangles.length; t += 3) {
    const corners = [0, 1, 2].map((corner) => {
      const v = mesh.triangles[t + corner];
      const [x, y, z] = mesh.xyz.subarray(3 * v, 3 * v + 3);
      const [s, r] = mesh.uv.subarray(2 * v, 2 * v + 2);
      return { x: (camera.fx * x) / z + camera.cx, y: (camera.fy * y) / z + camera.cy, z, s, r };
    });
    const [a, b, c] = corners;
    const area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    const range = (values: number[], limit: number) => [
      Math.max(0, Math.ceil(Math.min(...values))),
      Math.min(limit - 1, Math.floor(Math.max(...values))),
    ];
    const [left, right] = range([a.x, b.x, c.x], width);
    const [top, bottom] = range([a.y, b.y, c.y], height);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const q = ((x - a.x) * (c.y - a.y) - (y - a.y) * (c.x - a.x)) / area;
        const r = ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)) / area;
        const shares = [1 - q - r, q, r];
        // Rounding must not open a crack between two triangles.
        if (shares.some((share) => !(share >= -1e-6))) continue;
        // Perspective: what is linear on the surface is linear in the picture once divided by the depth.
        const near = shares.map((share, i) => share / corners[i].z);
        const z = 1 / (near[0] + near[1] + near[2]);
        const at = y * width + x;
        if (z >= depth[at]) continue;
        depth[at] = z;
        const [u, v] = (['s', 'r'] as const).map((name) =>
          near.reduce((sum, one, i) => sum + one * z * corners[i][name], 0),
        );
        rgba.set(lookUp(mesh, u, v), 4 * at);
      }
    }
  }
  return { width, height, rgba };
}

/** The texture's color at (u, v), from the four texels around it. */
export function lookUp({ texture }: TexturedMesh, u: number, v: number): number[] {
  const { width, height, rgba } = texture;
  const [x, y] = [u * width - 0.5, v * height - 0.5];
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const color = [0, 0, 0, 0];
  for (const [i, j] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ]) {
    const column = Math.min(width - 1, Math.max(0, x0 + i));
    const row = Math.min(height - 1, Math.max(0, y0 + j));
    const share = Math.abs(1 - i - (x - x0)) * Math.abs(1 - j - (y - y0));
    for (let k = 0; k < 4; k++) color[k] += share * rgba[4 * (row * width + column) + k];
  }
  return color.map(Math.round);
}
