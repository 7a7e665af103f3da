/** The whole chain: from a photo and a prompt to the object in 3D. */
import type { MaskCandidate } from '../roles.ts';
import type { CompletedObject } from './completedObject.ts';
import type { ObjectMesh, SeenObject } from './objectMesh.ts';
import type { MeshOptions, ReconstructOptions } from './options.ts';
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
   * Its mesh; undefined if `mesh` was false, the call was stopped before it was made, or the object has no points or they
   * enclose nothing.
   */
  readonly mesh?: ObjectMesh;
}

/**
 * Runs segment, depth, points, complete and mesh. A sweep that is stopped returns a partial object; stopped after it, the
 * object without a mesh.
 * @throws as the steps
 */
export async function photoTo3d(steps: PhotoSteps, options: ReconstructOptions): Promise<ChainResult> {
  const candidate = options.mask ? undefined : chosen(await steps.segment(options));
  const mask = options.mask ?? candidate!.mask;
  const depth = await steps.depth(options);
  const seen = await steps.points(mask, options.pointMap ?? depth);
  const object = await steps.complete(seen, options);
  const isWanted = options.mesh !== false && !object.partial;
  const mesh = isWanted
    ? await meshUnlessStopped(steps, object, { mask, depth: options.pointMap ?? depth }, options)
    : undefined;
  return { mask, candidate, depth, seen, object, mesh };
}

/** The sweep may have taken minutes: its points are not lost because the mesh is not wanted any more. */
async function meshUnlessStopped(
  steps: PhotoSteps,
  object: CompletedObject,
  seen: SeenObject,
  options: MeshOptions,
): Promise<ObjectMesh | undefined> {
  try {
    return await steps.mesh(object, seen, options);
  } catch (error) {
    if (steps.isStopped) return undefined;
    throw error;
  }
}

const chosen = ({ candidates, chosen }: { candidates: readonly MaskCandidate[]; chosen: number }): MaskCandidate =>
  candidates[chosen];
