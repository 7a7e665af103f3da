/** The whole chain: a photo and a hint of which object is meant in, the object in 3D out. */
import type { RunOptions } from '../graph/run.ts';
import type { Box } from '../../weights/config.ts';
import { focalFromFov, focalOf, intrinsicsOf, type CameraOptions } from './camera.ts';
import type { NetworkPool } from './networks.ts';
import { wordsOf, type Photo } from './photo.ts';
import { objectMask, type ObjectPrompt } from './prompts.ts';
import {
  emptyMask,
  seenCloud,
  toCamera,
  type Normalization,
  type Seen,
  type SeenCloud,
  type SeenPoints,
} from './seenPoints.ts';

/** How far a stage is. A stage ends when the next one begins. */
export interface StageProgress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** What is counted, in the plural. */
  readonly unit?: string;
}

/** Without `focal` and `fov`, the camera is that of the photo's EXIF, else one with a field of view of 55 degrees. */
export interface ChainOptions extends ObjectPrompt, CameraOptions {
  /** Step of the grid in the object's own frame; by default 0.05, 120 points along an axis. */
  readonly granularity?: number;
  /** Corners of the grid in the object's own frame; by default those of the weights. */
  readonly gridBox?: Box;
  /** A grid point belongs to the object when it is occupied with more than this probability; by default that of the weights. */
  readonly threshold?: number;
  /** Of the softmax over colors; by default 0.1. */
  readonly temperature?: number;
  /** [height, width] meters, NaN where unknown; instead of ZoeDepth. */
  readonly depth?: Float32Array;
  /** [height, width, 3], NaN where there is no point; instead of depth and camera. */
  readonly pointMap?: { readonly xyz: Float32Array };
  readonly signal?: AbortSignal;
}

/** What the chain runs on. */
export interface ChainParts {
  readonly networks: NetworkPool;
  readonly seenPoints: SeenPoints;
  /** Options for the run of one stage: its progress, its profile, the signal. */
  stage(name: string, signal?: AbortSignal, unit?: string): StageOptions;
}

export interface StageOptions extends RunOptions {
  readonly onUpload: (done: number) => void;
  /** Counted progress, for stages that have a unit. */
  readonly onCount: (done: number, total: number) => void;
}

export interface Chain {
  /** [height, width] of 0 and 1. */
  readonly mask: Uint8Array;
  /** The network's own estimate of the mask's overlap with the truth; undefined for a mask that was given. */
  readonly quality?: number;
  /** [height, width] meters. */
  readonly depth: Float32Array;
  /** The points of the photo that show the object, in the camera's frame. */
  readonly seen: SeenCloud;
  /** The whole object, in the camera's frame: x right, y down, z forward, in meters. */
  readonly object: SeenCloud;
  /** Distance of neighboring grid points, in meters. */
  readonly spacing: number;
  /** Grid points that were occupied, in the object's own frame, [n, 3]. */
  readonly grid: Float32Array;
  readonly crop: Pick<Seen, 'box' | 'side' | 'maskCount' | 'pointCount' | 'validCount'>;
  readonly normalization: Normalization;
  /** Points asked, and whether all of the grid was. */
  readonly swept: { readonly queries: number; readonly of: number };
  readonly partial: boolean;
}

/**
 * Segment, depth, points, complete.
 * @throws PromptError, GeometryError, WeightsError, ShapeError, LimitError, DeviceError; Canceled before the sweep,
 *   which ends with a partial result instead
 */
export async function photoTo3d(parts: ChainParts, photo: Photo, options: ChainOptions): Promise<Chain> {
  const { networks, seenPoints, stage } = parts;
  const { signal } = options;
  const pixels = wordsOf(photo);
  const focal = focalOf(photo, options).pixels;
  const camera = intrinsicsOf(photo, focal);

  const { mask, quality } = await objectMask(parts, photo, options);
  if (!mask.some((value) => value !== 0)) throw emptyMask();
  const depth = options.pointMap
    ? depthOf(options.pointMap.xyz)
    : (options.depth ?? (await estimateDepth(parts, photo, focal, signal)));
  const geometry = options.pointMap ? { points: options.pointMap.xyz } : { depth, camera };

  const seen = await seenPoints.see(pixels, new Uint32Array(mask), geometry, stage('points', signal));
  const mcc = await networks.mcc();
  const image = await mcc.encode(seen, stage('encode', signal));
  const sweep = stage('sweep', signal, 'points');
  const found = await mcc.sweep(image, options, { ...sweep, onProgress: sweep.onCount });

  return {
    mask,
    quality,
    depth,
    seen: seenCloud(pixels, mask, geometry),
    object: { xyz: toCamera(found.xyz, seen.normalization), rgb: bytesOf(found.colors) },
    spacing: found.step * seen.normalization.scale,
    grid: found.xyz,
    crop: seen,
    normalization: seen.normalization,
    swept: { queries: found.queries, of: found.total },
    partial: found.queries < found.total,
  };
}

/** Depth of every pixel in meters, [height, width]. @param focal of the photo, in pixels */
export async function estimateDepth(
  { networks, stage }: ChainParts,
  photo: Photo,
  focal: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const zoe = await networks.zoe();
  const depth = await zoe.infer(wordsOf(photo), stage('depth', signal));
  const meters = (await depth.read()) as Float32Array;
  const { canonicalFov } = zoe.config;
  return canonicalFov === undefined ? meters : meters.map(scaledBy(focal / focalFromFov(photo.width, canonicalFov)));
}

const scaledBy =
  (factor: number) =>
  (value: number): number =>
    factor * value;

/** The third coordinate of each point. */
const depthOf = (xyz: Float32Array): Float32Array =>
  Float32Array.from({ length: xyz.length / 3 }, (_, i) => xyz[3 * i + 2]);

/** Colors in 0..1 -> bytes, clamped. */
const bytesOf = (colors: Float32Array): Uint8Array =>
  Uint8Array.from(colors, (v) => Math.round(255 * Math.min(1, Math.max(0, v))));
