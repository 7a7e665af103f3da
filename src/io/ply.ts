/** Writes PLY point clouds, binary little-endian: x, y, z as float and red, green, blue as uchar, 15 bytes per point. */
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import { countPoints } from './points.ts';

const BYTES_PER_POINT = 15;

/**
 * Encodes points as a PLY file.
 * @param comments lines for the header, such as units and frame
 * @throws RangeError if positions and colors disagree, or a comment holds a line break
 */
export function encodePly(points: ColoredPoints, comments: string[] = []): Uint8Array {
  const count = countPoints('PLY', points);
  const broken = comments.find((line) => /[\r\n]/.test(line));
  if (broken !== undefined) throw new RangeError(`PLY: a comment is one line, got ${JSON.stringify(broken)}.`);
  const header = new TextEncoder().encode(
    [
      'ply',
      'format binary_little_endian 1.0',
      ...comments.map((line) => `comment ${line}`),
      `element vertex ${count}`,
      ...['x', 'y', 'z'].map((name) => `property float ${name}`),
      ...['red', 'green', 'blue'].map((name) => `property uchar ${name}`),
      'end_header\n',
    ].join('\n'),
  );
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
