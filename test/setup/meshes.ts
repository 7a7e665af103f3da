/** Small closed meshes with colors, for tests of what is done with meshes. */
import type { Mesh, TexturedMesh } from '../../src/pipeline/mesh.ts';

const AROUND = 24;
const ACROSS = 12;
const TEXELS = 32;

/** A torus as a photo's object: in meters in the camera's frame, a hand's width in size, tilted, and nowhere near the origin. */
export function torus(): Mesh {
  const vertices = grid(AROUND, ACROSS, (i, j) => place(i / AROUND, j / ACROSS));
  return {
    xyz: Float32Array.from(vertices.flatMap(({ position }) => position)),
    normals: Float32Array.from(vertices.flatMap(({ normal }) => normal)),
    rgb: Uint8Array.from(grid(AROUND, ACROSS, (i, j) => colorAt(i / AROUND, j / ACROSS)).flat()),
    triangles: quads((i, j) => (i % AROUND) * ACROSS + (j % ACROSS)),
  };
}

/** The same torus with a texture. Its vertices are there twice along two seams. */
export function texturedTorus(): TexturedMesh {
  const vertices = grid(AROUND + 1, ACROSS + 1, (i, j) => place(i / AROUND, j / ACROSS));
  const uv = grid(AROUND + 1, ACROSS + 1, (i, j) => [i / AROUND, j / ACROSS]);
  const rgba = grid(TEXELS, TEXELS, (y, x) => [...colorAt((x + 0.5) / TEXELS, (y + 0.5) / TEXELS), 255]);
  return {
    xyz: Float32Array.from(vertices.flatMap(({ position }) => position)),
    normals: Float32Array.from(vertices.flatMap(({ normal }) => normal)),
    uv: Float32Array.from(uv.flat()),
    triangles: quads((i, j) => i * (ACROSS + 1) + j),
    texture: { width: TEXELS, height: TEXELS, rgba: Uint8Array.from(rgba.flat()) },
  };
}

/** Six times the volume that triangles enclose: positive if they are counterclockwise as seen from outside. */
export function signedVolume(xyz: ArrayLike<number>, triangles: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => [0, 1, 2].map((axis) => xyz[3 * triangles[i + k] + axis]));
    sum += a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
  }
  return sum;
}

type Vector = [number, number, number];

/** A place on the torus, u around its hole and v around its tube, both 0..1. */
function place(u: number, v: number): { position: Vector; normal: Vector } {
  const [around, across] = [2 * Math.PI * (u % 1), 2 * Math.PI * (v % 1)];
  const normal: Vector = [Math.cos(across) * Math.cos(around), Math.cos(across) * Math.sin(around), Math.sin(across)];
  const position: Vector = [
    0.08 * Math.cos(around) + 0.03 * normal[0],
    0.08 * Math.sin(around) + 0.03 * normal[1],
    0.03 * normal[2],
  ];
  const [x, y, z] = tilted(position);
  return { position: [0.12 + x, -0.05 + y, 0.8 + z], normal: tilted(normal) };
}

/** A turn about x. */
function tilted([x, y, z]: Vector): Vector {
  const [cos, sin] = [Math.cos(0.5), Math.sin(0.5)];
  return [x, cos * y - sin * z, sin * y + cos * z];
}

/** sRGB bytes: red grows around the hole, green around the tube. */
const colorAt = (u: number, v: number): Vector => [Math.round(255 * (u % 1)), Math.round(255 * (v % 1)), 96];

const grid = <T>(rows: number, columns: number, make: (i: number, j: number) => T): T[] =>
  Array.from({ length: rows * columns }, (_, k) => make(Math.floor(k / columns), k % columns));

/** Two triangles for each quad of the torus, counterclockwise as seen from outside. */
function quads(vertex: (i: number, j: number) => number): Uint32Array {
  const corners = grid(AROUND, ACROSS, (i, j) => {
    const [a, b, c, d] = [vertex(i, j), vertex(i + 1, j), vertex(i + 1, j + 1), vertex(i, j + 1)];
    return [a, b, c, a, c, d];
  });
  return Uint32Array.from(corners.flat());
}
