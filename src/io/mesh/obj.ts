/**
 * Wavefront OBJ of a surface: y up, in meters, as in GLB. A textured surface comes with its material (MTL) and its picture. Another one has
 * colors after its positions, `v x y z r g b` with sRGB values of 0 to 1: no part of the format, but read by many programs.
 * Places in the texture count from the bottom left corner.
 */
import { toGltfAxes } from '../axes.ts';
import { checkSurface, textureExtension, type Surface } from './surface.ts';
import { groups, shortest } from './text.ts';

const MATERIAL = 'surface';

/**
 * Encodes a surface in the camera's axes as OBJ.
 * @param name of the files, without an extension. The files name each other, and the format parts names at spaces.
 * @returns `NAME.obj`, and for a textured surface `NAME.mtl` and `NAME.png` or `NAME.jpg`
 * @throws RangeError for a mesh that `checkSurface` refuses, or a name with spaces or slashes
 */
export function encodeMeshObj(mesh: Surface, name: string): Record<string, Uint8Array> {
  checkSurface('OBJ', mesh);
  if (!/^[^\s/\\#]+$/.test(name)) {
    throw new RangeError(
      `OBJ: the files name each other, so ${JSON.stringify(name)} must be a name without spaces, slashes and #.`,
    );
  }
  const textured = 'uv' in mesh;
  const lines = ['# y up, meters', ...(textured ? [`mtllib ${name}.mtl`] : [])];
  const colors = textured ? undefined : mesh.rgb;
  let at = 0;
  for (const position of groups(toGltfAxes(mesh.xyz), 3, numbers)) {
    const color =
      colors && ` ${Array.from(colors.subarray(at, at + 3), (byte) => Number((byte / 255).toFixed(4))).join(' ')}`;
    lines.push(`v ${position}${color ?? ''}`);
    at += 3;
  }
  if (textured) for (const uv of groups(mesh.uv, 2, (u, v) => numbers(u, 1 - v))) lines.push(`vt ${uv}`);
  for (const normal of groups(toGltfAxes(mesh.normals), 3, numbers)) lines.push(`vn ${normal}`);
  if (textured) lines.push(`usemtl ${MATERIAL}`);
  // Positions, places in the texture and normals have the same numbers, which count from 1.
  const corner = (vertex: number): string =>
    (textured ? [0, 0, 0] : [0, '', 0]).map((part) => (part === '' ? '' : vertex + 1)).join('/');
  for (const face of groups(mesh.triangles, 3, (...corners) => corners.map(corner).join(' '))) lines.push(`f ${face}`);

  const files: Record<string, Uint8Array> = { [`${name}.obj`]: encodeLines(lines) };
  if (textured) {
    const picture = `${name}.${textureExtension(mesh.texture)}`;
    files[`${name}.mtl`] = encodeLines([
      `newmtl ${MATERIAL}`,
      'Ka 0 0 0',
      'Kd 1 1 1',
      'Ks 0 0 0',
      'illum 1',
      `map_Kd ${picture}`,
    ]);
    files[picture] = mesh.texture.bytes;
  }
  return files;
}

const numbers = (...values: number[]): string => values.map(shortest).join(' ');

const encodeLines = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`);
