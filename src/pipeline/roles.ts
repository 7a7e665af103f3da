/**
 * What the chain asks of a network, by role. A network plays one role; sessions know roles only.
 * Results are plain typed arrays and numbers, so that they can be cloned, stored and sent to a worker. What stays on
 * the device is opaque here: an embedding.
 */
import type { RunOptions } from '../graph/run.ts';
import type { PhotoWords, Size } from './photo.ts';

/** What the chain needs networks for, in its order. */
export const ROLES = ['segment', 'depth', 'complete'] as const;
export type Role = (typeof ROLES)[number];

/** Options for the run of one stage of a network. */
export interface StageRunOptions extends RunOptions {
  /** Share of the weights uploaded, 0..1; only the first use uploads. */
  readonly onUpload?: (done: number) => void;
}

/** An axis-aligned box; x right, y down, z forward. */
export interface Box {
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
}

/** A point in pixels of the photo: 1 = on the object, 0 = not on it, -1 = no point (ignored by the network). */
export interface PromptPoint {
  readonly x: number;
  readonly y: number;
  readonly label: 1 | 0 | -1;
}

/** Left, top, right, bottom, in pixels of the photo. */
export type PromptBox = readonly [number, number, number, number];

/** Which object is meant, in pixels of the photo as decoded. */
export interface SegmentPrompt {
  readonly box?: PromptBox;
  readonly points?: readonly PromptPoint[];
  /** `lowRes` of an earlier candidate. */
  readonly previous?: Float32Array;
  /** [height, width] of 0 and 1: a mask that was painted roughly, to be refined; instead of `previous`. */
  readonly roughMask?: Uint8Array;
  /** Whether to answer with several candidates; by default only for a single point, which may mean a part as well as the whole. */
  readonly multimask?: boolean;
}

/** One mask that the prompt may mean. */
export interface MaskCandidate {
  /** [height, width] of 0 and 1. */
  readonly mask: Uint8Array;
  /** The network's own estimate of the mask's overlap with the truth: about 0..1, not clipped. */
  readonly quality: number;
  /** Intersection over union of the mask at a logit threshold 1 higher and 1 lower than usual: 1 for a sharp border. */
  readonly stability: number;
  /** Logits at the network's own low resolution, row by row: the `previous` of a later prompt. */
  readonly lowRes: Float32Array;
}

/** Candidates, best first. */
export interface SegmentAnswer {
  readonly candidates: readonly MaskCandidate[];
  /** Index of the candidate that is taken when nobody chooses: 0. */
  readonly chosen: number;
}

/** A photo as a network has encoded it, on the device. It owns its memory. */
export interface Embedding extends Size {
  readonly bytes: number;
  release(): void;
}

export interface Segmenter {
  /** @throws PromptError if the photo is too narrow; Canceled; DeviceError; WeightsError */
  encode(photo: PhotoWords, options?: StageRunOptions): Promise<Embedding>;
  /** @throws PromptError if the prompt does not fit the photo; Canceled; DeviceError; WeightsError */
  answer(embedding: Embedding, prompt: SegmentPrompt, options?: StageRunOptions): Promise<SegmentAnswer>;
  /** Frees the plans, not the weights. */
  dispose(): Promise<void>;
}

export interface DepthEstimator {
  /** Horizontal field of view, in degrees, that the weights take every photo to have; undefined if they do not care. */
  readonly canonicalFov?: number;
  /**
   * Depth of every pixel in meters, [height, width], as the network gives it.
   * @throws ShapeError, LimitError for a photo that does not fit; Canceled; DeviceError; WeightsError
   */
  estimate(photo: PhotoWords, options?: StageRunOptions): Promise<Float32Array>;
  /** Frees the plans, not the weights. */
  dispose(): Promise<void>;
}

/** What a completer looks at: colors and points of a square around the object, as plain arrays. */
export interface SeenSquare {
  /** [rgbSide, rgbSide, 3] in 0..1. */
  readonly rgb: Float32Array;
  /** [xyzSide, xyzSide, 3] in the object's own frame, -100 where not valid. */
  readonly xyz: Float32Array;
  /** [xyzSide, xyzSide] of 0 and 1. */
  readonly valid: Uint32Array;
}

/** Occupied points of a grid. */
export interface GridPoints {
  /** Places in the grid, x slowest and z fastest. */
  readonly indices: Uint32Array;
  /** [n, 3] in the object's own frame. */
  readonly xyz: Float32Array;
  /** [n, 3] in 0..1; not clamped where colors are regressed. */
  readonly colors: Float32Array;
  /** Occupancy logits [n]. */
  readonly logits: Float32Array;
}

/** What is asked of a grid. */
export interface GridOptions {
  /** Step of the grid in the object's own frame. */
  readonly granularity?: number;
  /** Corners of the grid in the object's own frame; by default those that the weights were trained for. */
  readonly gridBox?: Box;
}

/** Ways to sweep a grid. */
export const SWEEPS = ['full', 'coarseToFine'] as const;
export type SweepName = (typeof SWEEPS)[number];

export interface CompleteOptions extends GridOptions {
  /**
   * Which points are asked: all of the grid, or a coarse lattice and then only points next to occupied ones, which
   * misses small things that stand alone. A point that is asked has the same result either way. All by default.
   */
  readonly sweep?: SweepName;
  /** Probability above which a point is occupied; by default that of the weights. */
  readonly threshold?: number;
  /** Of the softmax over colors. */
  readonly temperature?: number;
}

/** Points of a grid that are occupied, and how much of the grid was asked. */
export interface Completion extends GridPoints {
  /** Distance of neighboring grid points in the object's own frame. */
  readonly step: number;
  /** Points asked: all of the grid in a full sweep that was not aborted. */
  readonly queries: number;
  /** Points of the whole grid. */
  readonly total: number;
  /** Whether the run was aborted before it had asked all it wanted to. */
  readonly partial: boolean;
}

export interface CompleteRunOptions extends Pick<StageRunOptions, 'signal' | 'onProfile' | 'onUpload'> {
  /** Share of the encoding done, 0..1. */
  readonly onEncode?: (done: number) => void;
  /** Points asked, of those that are known to be asked; from coarse to fine the total grows as the object is found. */
  readonly onCount?: (done: number, total: number) => void;
  /** Gets the points that were found since it was called last. */
  readonly onPartial?: (found: GridPoints) => void;
}

export interface Completer {
  /** Sides of the squares that the network takes. */
  readonly sides: { readonly rgb: number; readonly xyz: number };
  /** Probability above which a point is occupied when nobody says otherwise. */
  readonly threshold: number;
  /** How many points a grid has, and their distance. @throws GridError if the grid cannot be made */
  measure(options: GridOptions): { readonly total: number; readonly step: number };
  /**
   * Asks the points of a grid. An aborted sweep gives what it had found.
   * @throws GridError, ShapeError, DeviceError, WeightsError; Canceled before the sweep
   */
  complete(seen: SeenSquare, options?: CompleteOptions, run?: CompleteRunOptions): Promise<Completion>;
  /** Frees the plans, not the weights. */
  dispose(): Promise<void>;
}
