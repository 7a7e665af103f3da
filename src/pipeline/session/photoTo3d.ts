/** The whole chain: a photo and a hint of which object is meant in, the object in 3D out. */
import type { MaskCandidate } from '../roles.ts';
import type { CompletedObject } from './completedObject.ts';
import type { ReconstructOptions } from './options.ts';
import type { Depth, PhotoSteps, Seen } from './steps.ts';

export interface ChainResult {
  /** [height, width] of 0 and 1. */
  readonly mask: Uint8Array;
  /** The candidate that the mask is; undefined for a mask that was given. */
  readonly candidate?: MaskCandidate;
  readonly depth: Depth;
  /** What the photo shows of the object. */
  readonly seen: Seen;
  /** The whole object. */
  readonly object: CompletedObject;
}

/** Segment, depth, points, complete. @throws as the steps; an aborted sweep ends with a partial object instead */
export async function photoTo3d(steps: PhotoSteps, options: ReconstructOptions): Promise<ChainResult> {
  const candidate = options.mask ? undefined : chosen(await steps.segment(options));
  const mask = options.mask ?? candidate!.mask;
  const depth = await steps.depth(options);
  const seen = await steps.points(mask, options.pointMap ?? depth);
  const object = await steps.complete(seen, options);
  return { mask, candidate, depth, seen, object };
}

const chosen = ({ candidates, chosen }: { candidates: readonly MaskCandidate[]; chosen: number }): MaskCandidate =>
  candidates[chosen];
