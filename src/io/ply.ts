/** Writes PLY point clouds, binary little-endian: x, y, z as float and red, green, blue as uchar, 15 bytes per point. */
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import { plyHeader } from './plyHeader.ts';
import { countPoints } from './points.ts';

const BYTES_PER_POINT = 15;

/**
 * Encodes points as a PLY file.
 * @param comments lines for the header, such as units and frame
 * @throws RangeError if positions and colors disagree, or a comment holds a line break
 */
export function encodePly(points: ColoredPoints, comments: string[] = []): Uint8Array {
  const count = countPoints('PLY', points);
  const header = plyHeader([{ name: 'vertex', count, properties: ['float x y z', 'uchar red green blue'] }], comments);
  const bytes = new Uint8Array(header.length + count * BYTES_PER_POINT);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (let i = 0; i < 3 * count; i += 3) {
    for (let axis = 0; axis < 3; axis++) view.setFloat32(at + 4 * axis, points.xyz[i + axis], true);
    for (let channel = 0; channel < 3; channel++) bytes[at + 12 + channel] = points.rgb[i + channel];
    at += BYTES_PER_POINT;
  }
  return bytes;
}
