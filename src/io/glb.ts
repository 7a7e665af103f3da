/**
 * GLB (binary glTF 2.0): one mesh of mode POINTS.
 *
 * Frames: the camera looks along +z with x right and y down; glTF has y up and looks along -z. So
 * (x, y, z) becomes (x, -y, -z), a half turn about x: nothing is mirrored.
 * Colors: COLOR_0 is linear light in glTF, photos are sRGB. They are stored as 16-bit normalized numbers, because 8 bits
 * of linear light would lose dark tones. Points without normals are drawn unlit, as the format asks.
 */
import { Primitive } from '@gltf-transform/core';
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import { toGltfAxes } from './axes.ts';
import { GltfFile } from './gltf.ts';
import { countPoints } from './points.ts';

/**
 * Encodes points in the camera's axes as a GLB file.
 * @param extras values that are stored in the scene, such as units and frame
 * @throws RangeError if there are no points (glTF has no empty accessors) or positions and colors disagree
 */
export async function encodeGlb(points: ColoredPoints, extras: Record<string, unknown> = {}): Promise<Uint8Array> {
  const count = countPoints('GLB', points);
  if (count === 0)
    throw new RangeError('GLB: there are no points, and glTF cannot store an empty point cloud. Lower the threshold.');

  const file = new GltfFile(extras);
  file
    .add('object', 'points', Primitive.Mode.POINTS)
    .attribute('POSITION', 'VEC3', toGltfAxes(points.xyz))
    .colors(points.rgb);
  return file.encode();
}
