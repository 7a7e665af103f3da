/**
 * Frames of CO3D with the truth of their sequence: its point cloud, brought into the frame's camera. MCC gets photo, mask, depth and camera
 * of the data set, as it was trained, so that only MCC and what follows is measured.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ColorManagement } from 'three';
import { PLYLoader } from 'three/addons/loaders/PLYLoader.js';
import { messageOf, UserError } from '../../src/host/errors.ts';
import { decodeFrame, type DecodedFrame, findFrame } from '../../src/host/node/co3dFrame.ts';
import { type Co3dFrame, worldToCamera } from '../../src/io/co3d/index.ts';
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { Normalization } from '../../src/pipeline/points/normalization.ts';
import { type Surface, toTrueFrame } from './metrics.ts';

/** A frame, and all points of its sequence. */
export interface MeasuredFrame extends DecodedFrame {
  /** SEQUENCE/NUMBER. */
  readonly key: string;
  readonly category: string;
  /** In the unit of the sequence, in the frame of the photo's camera: x right, y down, z forward. */
  readonly cloud: ColoredPoints;
}

/** MCC was trained to answer in a cube from -REACH to REACH around the object; what a cloud has outside of it is not asked for. */
const REACH = 3;
/** A point is seen if it is at most this far behind the depth of its pixel, in the true frame. */
const BEHIND = 0.1;

/**
 * The frames that are measured.
 * @param list all frames of a category
 * @param count of the frames, spread over the sequences; by default one of each
 */
export function chosenFrames(list: readonly unknown[], count?: number): string[] {
  const sequences = new Map<string, string[]>();
  for (const { sequence_name: sequence, frame_number: number } of list as {
    sequence_name: string;
    frame_number: number;
  }[]) {
    sequences.set(sequence, [...(sequences.get(sequence) ?? []), `${sequence}/${number}`]);
  }
  const all = [...sequences.values()];
  const wanted = Math.min(count ?? all.length, list.length);
  const taken: string[] = [];
  // One of each sequence in turn, from its middle on.
  for (let round = 0; taken.length < wanted; round++) {
    for (const keys of all) {
      if (round < keys.length && taken.length < wanted)
        taken.push(keys[(Math.floor(keys.length / 2) + round) % keys.length]);
    }
  }
  return taken;
}

/**
 * Reads a frame and the point cloud of its sequence.
 * @param path of the category's frame_annotations.jgz
 * @throws UserError if the frame lacks its camera's place, or a file is missing or damaged
 */
export async function readMeasuredFrame(path: string, list: readonly unknown[], key: string): Promise<MeasuredFrame> {
  const frame = findFrame(path, list, key);
  const category = dirname(resolve(path));
  const cloud = await readCloud(join(category, frame.sequence, 'pointcloud.ply'), frame, key);
  return { key, category: category.split(/[\\/]/).at(-1)!, cloud, ...(await decodeFrame(path, frame)) };
}

async function readCloud(path: string, { viewpoint }: Co3dFrame, key: string): Promise<ColoredPoints> {
  const { pose } = viewpoint;
  if (!pose) throw new UserError(`The camera of frame ${key} has no place: "R" of 3 x 3 numbers and "T" of 3.`);
  const { xyz, rgb } = await readPly(path).catch((error: unknown) => {
    throw new UserError(`The point cloud ${path} cannot be read: ${messageOf(error)}`, {
      hint: 'Only sequences with a pointcloud.ply can be measured.',
      cause: error,
    });
  });
  return { xyz: worldToCamera(xyz, pose), rgb };
}

async function readPly(path: string): Promise<ColoredPoints> {
  const { buffer, byteOffset, length } = await readFile(path);
  if (Buffer.from(buffer, byteOffset, Math.min(3, length)).toString() !== 'ply') throw new Error('it is no PLY file.');
  // Otherwise three keeps colors as linear light in bytes, which loses dark ones.
  ColorManagement.enabled = false;
  const geometry = new PLYLoader().parse(buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer);
  const [position, color] = [geometry.getAttribute('position'), geometry.getAttribute('color')];
  if (!position || position.count === 0) throw new Error('it has no vertices.');
  const rgb = new Uint8Array(3 * position.count);
  for (let i = 0; color && i < position.count; i++) {
    rgb.set(
      [color.getX(i), color.getY(i), color.getZ(i)].map((value) => Math.round(255 * value)),
      3 * i,
    );
  }
  return { xyz: Float32Array.from(position.array), rgb };
}

/**
 * The truth in the frame of a run: the points of the cloud in MCC's cube, and which of them the photo shows.
 * @param normalization of the run
 */
export function surfaceOf({ cloud, photo, mask, depth, camera }: MeasuredFrame, normalization: Normalization): Surface {
  const xyz = toTrueFrame(cloud.xyz, normalization);
  const inside = [...cloud.rgb.keys()]
    .filter((i) => i % 3 === 0)
    .filter((i) => [0, 1, 2].every((k) => Math.abs(xyz[i + k]) <= REACH));
  const isSeen = (i: number): number => {
    const [x, y, z] = cloud.xyz.subarray(i, i + 3);
    const [column, row] = [Math.round((camera.fx * x) / z + camera.cx), Math.round((camera.fy * y) / z + camera.cy)];
    if (!(z > 0 && column >= 0 && row >= 0 && column < photo.width && row < photo.height)) return 0;
    const pixel = row * photo.width + column;
    return mask[pixel] && z <= depth.meters[pixel] + BEHIND * normalization.scale ? 1 : 0;
  };
  const pick = (of: ArrayLike<number>): number[] => inside.flatMap((i) => [of[i], of[i + 1], of[i + 2]]);
  const points = Float32Array.from(pick(xyz));
  return {
    xyz: points,
    dense: points,
    rgb: Uint8Array.from(pick(cloud.rgb)),
    seen: Uint8Array.from(inside, isSeen),
  };
}
