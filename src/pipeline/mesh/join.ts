/** Several meshes as one, to be drawn together: their textures lie side by side in one. */
import { joinArrays } from '../joinArrays.ts';
import type { Mesh, Texture, TexturedMesh } from '../mesh.ts';

/** Maximum width and height of the joined texture, in pixels. */
const LARGEST = 4096;

/** One mesh with the surfaces of all, which have colors at their vertices. */
export function joinMeshes(meshes: readonly Mesh[]): Mesh {
  return { ...joinShapes(meshes), rgb: joinArrays(Uint8Array, meshes, ({ rgb }) => rgb) };
}

/** One mesh with the surfaces of all. Textures that do not fit side by side are reduced. @param meshes at least one */
export function joinTextured(meshes: readonly TexturedMesh[]): TexturedMesh {
  const across = Math.ceil(Math.sqrt(meshes.length));
  const widest = Math.max(...meshes.map(({ texture }) => Math.max(texture.width, texture.height)));
  const cell = Math.max(1, Math.min(widest, Math.floor(LARGEST / across)));
  const side = cell * across;
  const words = new Uint32Array(side * side);
  const uv = meshes.map((mesh, i) => {
    const [column, row] = [i % across, Math.floor(i / across)];
    draw(mesh.texture, words, { side, cell, left: column * cell, top: row * cell });
    return mesh.uv.map((place, k) => (place + (k % 2 === 0 ? column : row)) / across);
  });
  return {
    ...joinShapes(meshes),
    uv: joinArrays(Float32Array, uv, (one) => one),
    texture: { width: side, height: side, rgba: new Uint8Array(words.buffer) },
  };
}

function joinShapes(meshes: readonly (Mesh | TexturedMesh)[]): Pick<Mesh, 'xyz' | 'normals' | 'triangles'> {
  let before = 0;
  const triangles = meshes.map((mesh) => {
    const first = before;
    before += mesh.xyz.length / 3;
    return mesh.triangles.map((vertex) => vertex + first);
  });
  return {
    xyz: joinArrays(Float32Array, meshes, ({ xyz }) => xyz),
    normals: joinArrays(Float32Array, meshes, ({ normals }) => normals),
    triangles: joinArrays(Uint32Array, triangles, (one) => one),
  };
}

/** Draws a texture into a square of the joined one, by nearest pixels. @param out a word for each pixel */
function draw(
  { width, height, rgba }: Texture,
  out: Uint32Array,
  { side, cell, left, top }: Record<'side' | 'cell' | 'left' | 'top', number>,
): void {
  // A copy: words must begin at a multiple of four bytes.
  const words = new Uint32Array(rgba.slice().buffer);
  for (let y = 0; y < cell; y++) {
    const row = Math.floor(((y + 0.5) * height) / cell) * width;
    const to = (top + y) * side + left;
    for (let x = 0; x < cell; x++) out[to + x] = words[row + Math.floor(((x + 0.5) * width) / cell)];
  }
}
