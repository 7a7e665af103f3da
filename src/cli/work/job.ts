/** One object to be made: its photo and everything else that is read before the engine works. */
import { EXIT, UserError } from '../../host/errors.ts';
import { decodeFrame, findFrame, readFrames } from '../../host/node/co3dFrame.ts';
import { decodeDepth, decodePointMap } from '../../host/node/geometryFile.ts';
import { decodePhoto } from '../../host/node/image.ts';
import { maskOfStored } from '../../host/node/maskFile.ts';
import { doubtfulAxes, type StoredMask } from '../../io/index.ts';
import { DEFAULT_TEXTURE } from '../../pipeline/defaults.ts';
import { gridOf } from '../../pipeline/mcc/grid.ts';
import type { Photo } from '../../pipeline/photo.ts';
import type { CompleteOptions, Role } from '../../pipeline/roles.ts';
import type { MeshOptions, ReconstructOptions } from '../../pipeline/session/options.ts';
import type { SceneOptions } from '../../pipeline/session/scene.ts';
import type { ObjectOptions } from '../objectOptions.ts';
import { SWEEP_OF } from '../options.ts';
import { promptsOf } from './prompts.ts';

export interface Job {
  readonly photo: Photo;
  /** What the engine is asked. */
  readonly asked: ReconstructOptions;
  /** What a user should know of the files that were read. */
  readonly notices: readonly string[];
}

/** Checks what can be checked without reading a file. @throws UserError; GridError */
export function expectObjectOptions({ format, texture, gridBox, granularity }: ObjectOptions): void {
  if (texture === 0 && format.includes('usdz')) {
    throw new UserError('--format usdz needs a texture, and --texture is 0.', {
      hint: `Leave one of the two out, or give --texture ${DEFAULT_TEXTURE}.`,
      exitCode: EXIT.usage,
    });
  }
  // With a box the whole grid is known.
  if (gridBox) gridOf(granularity, gridBox);
}

/** @throws UserError unless there is either a photo or a frame of CO3D */
export function expectSource(path: string | undefined, { co3d, frame }: Pick<ObjectOptions, 'co3d' | 'frame'>): void {
  const fail = (message: string, hint: string): never => {
    throw new UserError(message, { hint, exitCode: EXIT.usage });
  };
  const example = 'A frame is --co3d apple/frame_annotations.jgz --frame SEQUENCE/NUMBER.';
  if (path === undefined && co3d === undefined) fail('There is no photo.', `Give its path. ${example}`);
  if (path !== undefined && co3d !== undefined)
    fail('There are both a photo and a frame (--co3d).', 'Give one of the two.');
  if ((co3d === undefined) !== (frame === undefined)) fail('--co3d and --frame belong together.', example);
}

/**
 * Reads the photo and all other files, so that their errors show before the engine works.
 * @param path of the photo; undefined for a frame of CO3D
 * @throws UserError
 */
export async function readJob(path: string | undefined, options: ObjectOptions): Promise<Job> {
  if (path === undefined) return readFrameJob(await readFrames(options.co3d!), options);
  return readInputs(await decodePhoto(path), options);
}

/** As `readJob`, for a frame of CO3D whose annotations were read before. */
export async function readFrameJob(frames: readonly unknown[], options: ObjectOptions): Promise<Job> {
  const path = options.co3d!;
  const { photo, mask, depth, camera } = await decodeFrame(path, findFrame(path, frames, options.frame!));
  return {
    photo,
    asked: { mask, depth: depth.meters, camera, ...shapeOf(options) },
    notices: [
      ...(photo.notices ?? []),
      ...missingDepth(depth.missing, photo),
      'Lengths are in the unit of the sequence, which is not the meter.',
    ],
  };
}

/** As `readJob`, for a photo that was read before. @param stored the mask, if it was read with the list */
export async function readInputs(photo: Photo, options: ObjectOptions, stored?: StoredMask): Promise<Job> {
  const prompts = options.scene
    ? { scene: true }
    : stored
      ? { mask: maskOfStored(`list ${options.mask}`, stored, photo) }
      : await promptsOf(photo, options);
  const isCutout = 'mask' in prompts && photo.cutout !== undefined && prompts.mask === photo.cutout;
  const shared = await readShared(photo, options);
  return {
    photo,
    asked: { ...prompts, ...shared.asked },
    notices: [
      ...(photo.notices ?? []),
      ...(isCutout ? ['What is opaque in the photo is taken as the mask.'] : []),
      ...shared.notices,
    ],
  };
}

/** What does not depend on which object is meant: camera, grid, mesh, and a depth of one's own. */
export async function readShared(
  photo: Photo,
  options: ObjectOptions,
): Promise<{ asked: SceneOptions; notices: readonly string[] }> {
  const { focal, fov } = options;
  const geometry = await readGeometry(photo, options);
  return { asked: { focal, fov, ...shapeOf(options), ...geometry.asked }, notices: geometry.notices };
}

/** The options of grid and mesh. */
function shapeOf(options: ObjectOptions): CompleteOptions & MeshOptions {
  const { granularity, gridBox, threshold, temperature, faces, texture } = options;
  const grid = { granularity, gridBox, threshold, temperature, sweep: SWEEP_OF[options.sweep] };
  return { ...grid, faces, texture, fuseDepth: options.fuseDepth === 'on' };
}

/** The roles that are needed: a given mask, depth map or point cloud replaces a network. */
export function rolesFor({ scene, mask, depth, pointMap }: ReconstructOptions): Role[] {
  return [
    ...(mask || scene ? [] : ['segment' as const]),
    ...(depth || pointMap ? [] : ['depth' as const]),
    scene ? 'scene' : 'complete',
  ];
}

interface Geometry {
  readonly asked: Pick<ReconstructOptions, 'depth' | 'estimated' | 'pointMap'>;
  readonly notices: readonly string[];
}

/** Reads the depth map or the point cloud, if there is one. */
async function readGeometry(
  photo: Photo,
  { depthMap, depthScale, estimated, pointCloud, cloudAxes }: ObjectOptions,
): Promise<Geometry> {
  const pixels = photo.width * photo.height;
  const unused =
    depthScale === undefined ? [] : ['--depth-scale does nothing here: it is about a --depth-map, and there is none.'];
  if (depthMap !== undefined) {
    const { meters, missing } = await decodeDepth(depthMap, photo, depthScale);
    return { asked: { depth: meters, estimated }, notices: [...missingDepth(missing, photo), ...farNotice(meters)] };
  }
  if (pointCloud !== undefined) {
    const pointMap = await decodePointMap(pointCloud, photo, cloudAxes);
    const { missing, xyz } = pointMap;
    const doubts = doubtfulAxes(xyz, photo.width);
    const notices = [
      ...(missing > 0 ? [`${missing} of ${pixels} pixels have no point in the point cloud, and are left out.`] : []),
      ...unused,
      ...(doubts === undefined ? [] : [`The axes of the point cloud look wrong: ${doubts}.`]),
    ];
    return { asked: { pointMap: { xyz, estimated } }, notices };
  }
  if (!estimated) return { asked: {}, notices: unused };
  const idle = '--estimated does nothing here: it is about a --depth-map or a --point-cloud, and there is none.';
  return { asked: {}, notices: [...unused, idle] };
}

const missingDepth = (missing: number, { width, height }: Photo): string[] =>
  missing > 0 ? [`${missing} of ${width * height} pixels of the depth map have no depth and are left out.`] : [];

/** A depth beyond which a whole map is taken for millimeters: no photo of an object is taken from so far, in meters. */
const FAR_METERS = 100;

/** A notice for a depth map in meters that surely holds millimeters. */
function farNotice(meters: Float32Array): string[] {
  const nearest = meters.reduce((least, value) => (value < least ? value : least), Infinity);
  if (nearest < FAR_METERS) return [];
  return [
    `The nearest depth is ${nearest.toPrecision(3)} m. If the file holds millimeters, store them as whole numbers, or give --depth-scale 0.001.`,
  ];
}
