/**
 * Roles: the interfaces between the chain and the networks. A network plays one role, and sessions know roles only.
 * Results are plain typed arrays and numbers, so that they can be cloned, stored and sent to a worker. Only an
 * embedding stays on the device, and it is opaque here.
 */
import type { RunOptions } from '../graph/run.ts';
import type { MaskRuns, PixelBox } from './maskRuns.ts';
import type { PhotoWords, Size } from './photo.ts';

/** The roles of the chain that makes an object, in its order. */
export const ROLES = ['segment', 'depth', 'complete'] as const;
/** All roles: a network of the role `scene` completes whole scenes instead of objects. */
export const ALL_ROLES = [...ROLES, 'scene'] as const;
export type Role = (typeof ALL_ROLES)[number];
/** The role of the network that completes what a photo shows. */
export type CompleterRole = 'complete' | 'scene';

/** The id of the network that plays a role. */
export type NetworkChoice = Readonly<Partial<Record<Role, string>>>;

/** Options for running one stage of a network. */
export interface StageRunOptions extends RunOptions {
  /** Gets the share of the weights that is uploaded, 0..1. Only the first use of a network uploads. */
  readonly onUpload?: (done: number) => void;
}

/** An axis-aligned box; x right, y down, z forward. */
export interface Box {
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
}

/** A place in pixels of the photo. */
export interface PixelPoint {
  readonly x: number;
  readonly y: number;
}

/** A point in pixels of the photo. Label 1: on the object; 0: not on the object; -1: ignored by the network. */
export interface PromptPoint extends PixelPoint {
  readonly label: 1 | 0 | -1;
}

/** [left, top, right, bottom] in pixels of the photo. */
export type PromptBox = readonly [number, number, number, number];

/** A prompt that tells which object is meant, in pixels of the decoded photo. */
export interface SegmentPrompt {
  readonly box?: PromptBox;
  readonly points?: readonly PromptPoint[];
  /** `lowRes` of an earlier candidate, to be refined. */
  readonly previous?: Float32Array;
  /** [height, width] of 0 and 1: a roughly painted mask, to be refined. Not together with `previous`. */
  readonly roughMask?: Uint8Array;
  /** Whether to return several candidates. By default only for a single point, which may mean a part or the whole. */
  readonly multimask?: boolean;
}

/** One mask that the prompt may mean. */
export interface MaskCandidate {
  /** [height, width] of 0 and 1. */
  readonly mask: Uint8Array;
  /** The network's estimate of the mask's intersection over union with the true mask: about 0..1, not clipped. */
  readonly quality: number;
  /** Intersection over union of the masks at logit thresholds of +1 and -1: 1 for a sharp border. */
  readonly stability: number;
  /**
   * Mask logits at the network's low resolution, row by row (256 x 256 for SAM). Pass them as `previous` of a later
   * prompt.
   */
  readonly lowRes: Float32Array;
}

/** The answer to a prompt. */
export interface SegmentAnswer {
  /** Candidates, best first. */
  readonly candidates: readonly MaskCandidate[];
  /** Index of the default candidate: 0. */
  readonly chosen: number;
}

/** The image embedding of a photo, on the device. It has the size of the photo and owns its memory. */
export interface Embedding extends Size {
  /** Bytes that it takes on the device. */
  readonly bytes: number;
  /** Frees the memory. */
  release(): void;
}

/** What masks of single points must fulfill. */
export interface PointMaskFilter {
  /** Number of points that are decoded together, at most. */
  readonly batch: number;
  /** Masks need a higher predicted quality; 0 takes all. */
  readonly quality: number;
  /** Masks need this stability; 0 takes all. */
  readonly stability: number;
  /** Stability compares a mask's area at logit thresholds of `offset` and `-offset`. */
  readonly offset: number;
  /** Whether a mask with this box (first and last column and row) is wanted. */
  keeps(box: PixelBox): boolean;
}

/** A mask that a single point means. */
export interface PointMask {
  /** Index of the point. */
  readonly point: number;
  readonly mask: MaskRuns;
  /** First and last column and row; zeros for an empty mask. */
  readonly box: PixelBox;
  /** As in `MaskCandidate`. */
  readonly quality: number;
  readonly stability: number;
}

export interface PointRunOptions extends Pick<StageRunOptions, 'signal' | 'onProfile'> {
  /** Gets the number of points that are done. */
  readonly onCount?: (done: number) => void;
}

export interface Segmenter {
  /**
   * Builds the pipelines for a photo and the first answer to a prompt, so that they are there when they are needed. It
   * uploads nothing. @throws as the calls that come later
   */
  buildAhead?(photo: Size, prompt: SegmentPrompt): Promise<void>;
  /** Encodes a photo. @throws PromptError if the photo is too narrow; Canceled; DeviceError; WeightsError */
  encode(photo: PhotoWords, options?: StageRunOptions): Promise<Embedding>;
  /**
   * Decodes the candidates for a prompt.
   * @throws PromptError if the prompt does not fit the photo; Canceled; DeviceError; WeightsError
   */
  answer(embedding: Embedding, prompt: SegmentPrompt, options?: StageRunOptions): Promise<SegmentAnswer>;
  /**
   * The masks of many points, each taken alone, that pass a filter: all masks that a point may mean, in the order of the
   * points.
   * @throws PromptError if a point lies outside the photo; Canceled; DeviceError; WeightsError; LimitError
   */
  pointMasks(
    embedding: Embedding,
    points: readonly PixelPoint[],
    filter: PointMaskFilter,
    options?: PointRunOptions,
  ): Promise<PointMask[]>;
  /** Frees the plans, not the weights. */
  dispose(): Promise<void>;
}

export interface DepthEstimator {
  /** Builds the pipelines for a photo. @throws as `estimate` */
  buildAhead?(photo: Size): Promise<void>;
  /** Horizontal field of view, in degrees, that the network assumes for every photo; undefined if it assumes none. */
  readonly canonicalFov?: number;
  /**
   * Depth of every pixel in meters, [height, width], seen through a camera of the canonical field of view if there is
   * one.
   * @throws ShapeError if the photo is too small; LimitError if it is too large; Canceled; DeviceError; WeightsError
   */
  estimate(photo: PhotoWords, options?: StageRunOptions): Promise<Float32Array>;
  /** Frees the plans, not the weights. */
  dispose(): Promise<void>;
}

/** The input of a completer: colors and points of a square of the photo, as plain arrays. */
export interface SeenSquare {
  /** [rgbSide, rgbSide, 3] in 0..1. */
  readonly rgb: Float32Array;
  /** [xyzSide, xyzSide, 3] in the frame of the object or scene; -100 where not valid. */
  readonly xyz: Float32Array;
  /** [xyzSide, xyzSide], 1 where the point is valid, else 0. */
  readonly valid: Uint32Array;
}

/** Occupied points of a grid. */
export interface GridPoints {
  /** Indices [n] of the points in the grid: x is the slowest axis, z the fastest. */
  readonly indices: Uint32Array;
  /** [n, 3] in the object's frame. */
  readonly xyz: Float32Array;
  /** [n, 3] in 0..1; not clamped if the network regresses colors. */
  readonly colors: Float32Array;
  /** Occupancy logits [n]. */
  readonly logits: Float32Array;
}

/** The grid of points that a completer queries. */
export interface GridOptions {
  /** Distance between grid points in the object's frame; by default 0.05, for a scene 0.2. */
  readonly granularity?: number;
  /**
   * Corners of the grid in the object's frame; by default those that the network was trained with. A scene's default is no
   * box, but half a ball in front of the camera.
   */
  readonly gridBox?: Box;
}

/** Ways to sweep a grid. */
export const SWEEPS = ['full', 'coarseToFine'] as const;
export type SweepName = (typeof SWEEPS)[number];

export interface CompleteOptions extends GridOptions {
  /**
   * Which points are queried: `coarseToFine`, the default, a coarse lattice and then only points near occupied ones;
   * `full`, all points of the grid. The first way misses small things that stand alone. A point that is queried has the
   * same result either way.
   */
  readonly sweep?: SweepName;
  /** Probability above which a point is occupied; by default that of the network's configuration. */
  readonly threshold?: number;
  /** Temperature of the softmax over colors; 0.1 by default. */
  readonly temperature?: number;
}

/** What a sweep has been told of a whole grid: occupancy logits of all points that were queried. */
export interface SweptField {
  /** Points along x, y, z. */
  readonly counts: readonly [number, number, number];
  /** Coordinates along x, along y, along z, one after the other, in the object's frame: [nx + ny + nz]. */
  readonly axes: Float32Array;
  /** [nx, ny, nz], x slowest and z fastest: occupancy logits; NaN where not queried, or not a point of the grid. */
  readonly logits: Float32Array;
}

/** The occupied points of a grid, and what else is known of the grid. */
export interface Completion extends GridPoints {
  readonly field: SweptField;
  /** Distance between neighboring grid points in the object's frame. */
  readonly step: number;
  /** Points queried: all points of the grid in a full sweep that was not stopped. */
  readonly queries: number;
  /** Points of the grid. */
  readonly total: number;
  /** Whether the sweep was stopped before it was done. */
  readonly partial: boolean;
}

/** What a sweep has found so far, on the host. */
export interface SweepSoFar {
  /** Points queried. */
  readonly queries: number;
  /** What was found, as a partial completion. */
  completion(): Completion;
}

/**
 * Where a sweep keeps what it has found. It outlives the device: a later call with the same memory, input and options goes on from
 * there, and has the same result.
 */
export interface SweepMemory {
  soFar?: SweepSoFar;
}

export interface CompleteRunOptions extends Pick<StageRunOptions, 'signal' | 'onProfile' | 'onUpload'> {
  /** Gets the share of the encoding that is done, 0..1. */
  readonly onEncode?: (done: number) => void;
  /**
   * Gets the number of points queried so far, and of all points that will be queried. From coarse to fine the second
   * number is an estimate until the end; the share that is done never falls.
   */
  readonly onCount?: (done: number, total: number) => void;
  /** Gets the occupied points that were found since the last call. */
  readonly onPartial?: (found: GridPoints) => void;
  /** From here the sweep goes on, and here it keeps what it finds. */
  readonly memory?: SweepMemory;
}

export interface Completer {
  /** Builds the pipelines of a sweep. @throws as `complete` */
  buildAhead?(options: CompleteOptions): Promise<void>;
  /** Sides of the square inputs, in pixels: of the colors and of the points. */
  readonly sides: { readonly rgb: number; readonly xyz: number };
  /** Default of `CompleteOptions.threshold`. */
  readonly threshold: number;
  /**
   * Number of points of a grid, and their distance in the object's frame.
   * @throws GridError for an invalid box or granularity
   */
  measure(options: GridOptions): { readonly total: number; readonly step: number };
  /**
   * Queries the points of a grid. A sweep that is stopped returns the points found so far.
   * @throws GridError, ShapeError, DeviceError, WeightsError; Canceled before the sweep
   */
  complete(seen: SeenSquare, options?: CompleteOptions, run?: CompleteRunOptions): Promise<Completion>;
  /** Frees the plans, not the weights. */
  dispose(): Promise<void>;
}
