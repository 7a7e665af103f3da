/** Meshes to draw, in front of a camera that looks along -z (y up): triangles counterclockwise as seen from outside. */
import type { MeshArrays } from '../../src/kernels/renderMesh/renderMesh.ref.ts';
import type { Measured } from './measured.ts';

const colorsOf = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => (i * 2654435761) >>> 0);

/** A sphere of `bands` x 2 `bands` quadrangles with a dent, of radius 1 around (0, 0, -4). */
function sphere(bands: number) {
  const around = 2 * bands;
  const vertices: number[] = [];
  const normals: number[] = [];
  const uv: number[] = [];
  const triangles: number[] = [];
  for (let j = 0; j <= bands; j++) {
    for (let i = 0; i <= around; i++) {
      const [a, b] = [(2 * Math.PI * i) / around, (Math.PI * j) / bands];
      const normal = [Math.sin(b) * Math.sin(a), Math.cos(b), Math.sin(b) * Math.cos(a)];
      const radius = 1 - 0.4 * Math.max(0, normal[2] - 0.6);
      vertices.push(radius * normal[0], radius * normal[1], radius * normal[2] - 4);
      normals.push(...normal);
      uv.push(i / around, j / bands);
      if (i === around || j === bands) continue;
      const [corner, below] = [j * (around + 1) + i, (j + 1) * (around + 1) + i];
      triangles.push(corner, below, below + 1, corner, below + 1, corner + 1);
    }
  }
  const mesh = {
    vertices: Float32Array.from(vertices),
    normals: Float32Array.from(normals),
    triangles: Uint32Array.from(triangles),
  };
  return { mesh, uv: Float32Array.from(uv) };
}

/** A square of side 2 `half` that faces the camera, `away` from it, of two triangles. */
function square(half: number, away: number) {
  return {
    vertices: Float32Array.of(-half, -half, -away, half, -half, -away, half, half, -away, -half, half, -away),
    normals: Float32Array.of(0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1),
    triangles: Uint32Array.of(0, 1, 2, 0, 2, 3),
  };
}

const { mesh, uv } = sphere(9);

/** A triangle without area, one that reaches behind the camera, one far to the side, and one that is seen from behind. */
const outcasts = {
  vertices: Float32Array.from(
    [
      [0, 0, -4, 1, 1, -4, 0.5, 0.5, -4],
      [0, 0, 1, 1, 0, -4, 0, 1, -4],
      [3e5, 0, -4, 0, 1, -4, 0, 0, -4],
      [-1, -1, -4, -1, 1, -4, 0, 0, -3],
    ].flat(),
  ),
  normals: Float32Array.from({ length: 36 }, (_, k) => (k % 3 === 2 ? 1 : 0)),
  triangles: Uint32Array.from({ length: 12 }, (_, i) => i),
};

export const meshCases: readonly ({ readonly name: string } & MeshArrays)[] = [
  { name: 'a square larger than the view', ...square(16, 4), colors: colorsOf(4) },
  { name: 'triangles that are left out, and one from behind', ...outcasts, colors: colorsOf(12) },
  { name: 'a sphere with colors', ...mesh, colors: colorsOf(mesh.vertices.length / 3) },
  { name: 'a sphere with a texture', ...mesh, uv, texture: { width: 13, height: 7, words: colorsOf(91) } },
  {
    name: 'a texture of one pixel',
    ...square(0.7, 3),
    uv: Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1),
    texture: { width: 1, height: 1, words: Uint32Array.of(0xff336699) },
  },
];

/** Spheres of about as many triangles as reconstructed objects have; `bands` as in `sphere`. */
export const meshModelCases: readonly ({ readonly bands: number } & Measured)[] = [
  { bands: 3, bench: 'few triangles' },
  { bands: 112, bench: 'an object' },
];

/** The sphere of a case that the benchmark measures. */
export const benchSphere = (bands: number): MeshArrays & { readonly colors: Uint32Array } => {
  const { mesh: shape } = sphere(bands);
  return { ...shape, colors: colorsOf(shape.vertices.length / 3) };
};
