/** The whole chain: from a photo and a prompt to the object in 3D. */
import type { MaskCandidate } from '../roles.ts';
import type { CompletedObject } from './completedObject.ts';
import type { ObjectMesh } from './objectMesh.ts';
import type { ReconstructOptions } from './options.ts';
import type { Depth, PhotoSteps, Seen } from './steps.ts';

/** The results of all steps. */
export interface ChainResult {
  /** Mask of the object, [height, width] of the decoded photo, not 0 on the object. */
  readonly mask: Uint8Array;
  /** The candidate that the mask comes from; undefined if the caller gave the mask. */
  readonly candidate?: MaskCandidate;
  readonly depth: Depth;
  /** The visible part of the object. */
  readonly seen: Seen;
  /** The whole object. */
  readonly object: CompletedObject;
  /**
   * Its mesh; undefined if `mesh` was false, the sweep was stopped, or the object has no points or they enclose nothing.
   */
  readonly mesh?: ObjectMesh;
}

/** Runs segment, depth, points, complete and mesh. A sweep that is stopped returns a partial object. @throws as the steps */
export async function photoTo3d(steps: PhotoSteps, options: ReconstructOptions): Promise<ChainResult> {
  const candidate = options.mask ? undefined : chosen(await steps.segment(options));
  const mask = options.mask ?? candidate!.mask;
  const depth = await steps.depth(options);
  const seen = await steps.points(mask, options.pointMap ?? depth);
  const object = await steps.complete(seen, options);
  const isWanted = options.mesh !== false && !object.partial;
  const mesh = isWanted ? await steps.mesh(object, { mask, depth: options.pointMap ?? depth }, options) : undefined;
  return { mask, candidate, depth, seen, object, mesh };
}

const chosen = ({ candidates, chosen }: { candidates: readonly MaskCandidate[]; chosen: number }): MaskCandidate =>
  candidates[chosen];
