/** What the commands ask of the engine. `src/index.ts` provides it; tests provide a small stand-in. */
import type { StepTime } from '../graph/run.ts';
import type { ColouredPoints, PointMap } from '../io/index.ts';
import type { Photo } from '../pipeline/photo.ts';
import type { Box, EngineOptions, PointOption } from './options.ts';
import type { StageProgress } from './progress.ts';

export interface Prompts {
  /** Pixels of the photo as it is handed over. */
  box?: Box;
  points?: PointOption[];
  /** [height, width] of 0 and 1, instead of a prompt. */
  mask?: Uint8Array;
}

export interface Segmentation {
  /** [height, width] of 0 and 1. */
  mask: Uint8Array;
  /** The network's own estimate of the mask's overlap with the truth; undefined for a mask that was given. */
  quality?: number;
}

export interface ReconstructOptions extends Prompts {
  /** Focal length in pixels of the photo. */
  focal: number;
  granularity: number;
  threshold: number;
  temperature: number;
  /** [height, width] metres, NaN where unknown; instead of ZoeDepth. */
  depth?: Float32Array;
  /** One point for each pixel, instead of depth and camera. */
  pointMap?: PointMap;
  signal?: AbortSignal;
}

export interface Reconstruction extends Segmentation {
  /** [height, width] metres. */
  depth: Float32Array;
  /** The points of the photo that show the object, in metres in the camera's frame. */
  seen: ColouredPoints;
  /** The whole object, in metres in the camera's frame. */
  object: ColouredPoints;
  /** The object rendered from a few sides. */
  preview: { width: number; height: number; rgba: Uint8Array };
  /** Numbers for the summary: grid, crop, scale. */
  details: Record<string, unknown>;
  /** Stopped early: the object holds what the sweep had found by then. */
  partial: boolean;
  notices: string[];
}

export interface Engine {
  segment(photo: Photo, options: Prompts & { signal?: AbortSignal }): Promise<Segmentation>;
  depth(photo: Photo, options: { signal?: AbortSignal }): Promise<{ depth: Float32Array }>;
  reconstruct(photo: Photo, options: ReconstructOptions): Promise<Reconstruction>;
  /** Adapter, precision, weights and stage times, for the summary. */
  describe(): Record<string, unknown>;
  /** Ends all use of the device, so that the process can exit. */
  dispose(): void;
}

export type CreateEngine = (
  options: Omit<EngineOptions, 'profile'> & {
    onProgress: (event: StageProgress) => void;
    /** Gets the time of every dispatch of a run. */
    onProfile?: (times: readonly StepTime[]) => void;
    signal: AbortSignal;
  },
) => Promise<Engine>;
