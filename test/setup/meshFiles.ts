/** What the tests of mesh files share: the written mesh, and the comparison with what a reader finds in the file. */
import sharp from 'sharp';
import { expect } from 'vitest';
import type { EncodedTexturedMesh, MeshToEncode } from '../../src/io/index.ts';
import { encodeTexture } from '../../src/host/node/encode.ts';
import { signedVolume, texturedTorus, torus } from './meshes.ts';

/** The torus in both forms. */
export async function torusToEncode(): Promise<MeshToEncode & { textured: EncodedTexturedMesh }> {
  const textured = texturedTorus();
  return { closed: torus(), textured: { ...textured, texture: await encodeTexture(textured.texture) } };
}

type Point = readonly [number, number, number];

/** From the camera's frame to glTF's, OBJ's and OpenUSD's: y up. */
export const yUp = ([x, y, z]: Point): Point => [x, -y, -z];

/** The corners of all triangles in order, [3 m, 3]. @param turn what the format does to positions */
export function corners(
  { xyz, triangles }: { xyz: ArrayLike<number>; triangles: ArrayLike<number> },
  turn: (point: Point) => Point = (point) => point,
): number[] {
  return Array.from(triangles).flatMap((vertex) => turn([xyz[3 * vertex], xyz[3 * vertex + 1], xyz[3 * vertex + 2]]));
}

/** Expects the same triangles in the same order with the same corners, to `tolerance`, and counterclockwise as seen from outside. */
export function expectTriangles(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 0): void {
  expect(found.length).toBe(expected.length);
  const worst = Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
  expect(
    signedVolume(
      found,
      Array.from({ length: found.length / 3 }, (_, i) => i),
    ),
  ).toBeGreaterThan(0);
}

/** The first pixel of a picture, as sRGB bytes. */
export async function pixelOf(picture: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * info.channels).subarray(0, 3)];
}

/** From the camera's frame to the print bed's, for one mesh: millimeters, z up, the smallest x, y and z at 0. */
export function onPrintBed({ xyz }: { readonly xyz: Float32Array }): (point: Point) => Point {
  const turned = ([x, y, z]: Point): Point => [1000 * x, 1000 * z, -1000 * y];
  const points = Array.from({ length: xyz.length / 3 }, (_, i) => turned([xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]]));
  const low = [0, 1, 2].map((axis) => Math.min(...points.map((point) => point[axis])));
  return (point) => {
    const [x, y, z] = turned(point);
    return [x - low[0], y - low[1], z - low[2]];
  };
}
