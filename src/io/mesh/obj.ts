/**
 * Wavefront OBJ of a surface: y up, in meters, as in GLB. A textured surface comes with its material (MTL) and its picture;
 * texture coordinates count from the bottom left corner. A surface without a texture has colors after its positions,
 * `v x y z r g b`, with sRGB values of 0 to 1. They are no part of the format, but many programs read them.
 */
import { toGltfAxes } from '../axes.ts';
import { checkSurface, textureExtension, type Surface } from './surface.ts';
import { groups, shortest } from './text.ts';

const MATERIAL = 'surface';

/**
 * Encodes a surface in the camera's axes as OBJ.
 * @param name of the files, without an extension. The files name each other, and in OBJ a space ends a name.
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
  const positions = groups(toGltfAxes(mesh.xyz), 3, numbers);
  if (textured) for (const position of positions) lines.push(`v ${position}`);
  else {
    const colors = groups(mesh.rgb, 3, (...bytes) => bytes.map(channel).join(' '));
    for (const position of positions) lines.push(`v ${position} ${colors.next().value}`);
  }
  if (textured) for (const uv of groups(mesh.uv, 2, (u, v) => numbers(u, 1 - v))) lines.push(`vt ${uv}`);
  for (const normal of groups(toGltfAxes(mesh.normals), 3, numbers)) lines.push(`vn ${normal}`);
  if (textured) lines.push(`usemtl ${MATERIAL}`);
  // A vertex has one number for its position, texture coordinates and normal. Numbers count from 1.
  const corner = (vertex: number): string => `${vertex + 1}/${textured ? vertex + 1 : ''}/${vertex + 1}`;
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

/** Four digits tell all bytes apart. */
const channel = (byte: number): string => String(Number((byte / 255).toFixed(4)));

const encodeLines = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join('\n')}\n`);
