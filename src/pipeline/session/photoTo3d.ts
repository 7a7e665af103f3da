/** The whole chain: from a photo and a prompt to the object in 3D. */
import { DeviceLostError, type FinishedSteps } from '../deviceLost.ts';
import type { MaskCandidate } from '../roles.ts';
import type { CompletedObject } from './completedObject.ts';
import type { ObjectMesh, SeenObject } from './objectMesh.ts';
import type { MeshOptions, PromptOptions, ReconstructOptions } from './options.ts';
import type { Depth, PhotoSteps, Seen } from './steps.ts';

/** The results of all steps. */
export interface ChainResult {
  /** Mask of the object, [height, width] of the decoded photo, not 0 on the object. For a scene: the square that is its input. */
  readonly mask: Uint8Array;
  /** The candidate that the mask comes from; undefined if the caller gave the mask, and for a scene. */
  readonly candidate?: MaskCandidate;
  readonly depth: Depth;
  /** The visible part of the object. */
  readonly seen: Seen;
  /** The whole object. */
  readonly object: CompletedObject;
  /**
   * Its mesh; undefined if `mesh` was false, the call was stopped before it was made, or the object has no points or they
   * enclose nothing, or making it failed. A scene has none.
   */
  readonly mesh?: ObjectMesh;
  /** Why making the mesh failed; undefined if it did not. */
  readonly meshProblem?: string;
}

/**
 * Runs segment, depth, points, complete and mesh; for a scene only depth, points and complete. A sweep that is stopped returns a partial object; stopped after it, the
 * object without a mesh. So does a mesh that fails: the result then says why.
 * @throws as the steps before the mesh
 */
export async function photoTo3d(steps: PhotoSteps, options: ReconstructOptions): Promise<ChainResult> {
  if (options.scene) return sceneTo3d(steps, options);
  const found = await maskFor(steps, options);
  const depth = await steps.depth(options).catch(keeping(found));
  const made = await objectFrom(steps, found.mask, depth, options).catch(keeping({ ...found, depth }));
  return { ...found, depth, ...made };
}

/** The mask that is given, or that a prompt means. @throws as `segment` */
export async function maskFor(
  steps: PhotoSteps,
  prompt: PromptOptions & Pick<ReconstructOptions, 'mask'>,
): Promise<Pick<ChainResult, 'mask' | 'candidate'>> {
  if (prompt.mask) return { mask: prompt.mask };
  const { candidates, chosen } = await steps.segment(prompt);
  return { mask: candidates[chosen].mask, candidate: candidates[chosen] };
}

/** Runs points, complete and mesh. @throws as points and complete */
export async function objectFrom(
  steps: PhotoSteps,
  mask: Uint8Array,
  depth: Depth,
  options: ReconstructOptions,
): Promise<Pick<ChainResult, 'seen' | 'object' | 'mesh' | 'meshProblem'>> {
  const seen = await steps.points(mask, options.pointMap ?? depth);
  const object = await steps.complete(seen, options);
  const isWanted = options.mesh !== false && !object.partial;
  const made = isWanted ? await meshOrProblem(steps, object, { mask, depth: options.pointMap ?? depth }, options) : {};
  return { seen, object, ...made };
}

/** Rethrows an error. One that ends the chain because devices are lost has what was finished. */
const keeping =
  (found: FinishedSteps) =>
  (error: unknown): never => {
    if (error instanceof DeviceLostError) error.found = found;
    throw error;
  };

async function sceneTo3d(steps: PhotoSteps, options: ReconstructOptions): Promise<ChainResult> {
  const depth = await steps.depth(options);
  const seen = await steps.scenePoints(options.pointMap ?? depth).catch(keeping({ depth }));
  const object = await steps.complete(seen, options).catch(keeping({ depth }));
  return { mask: steps.maskOf(seen), depth, seen, object };
}

/** The sweep may have taken minutes: its points are not lost because the mesh is not wanted any more, or fails. */
async function meshOrProblem(
  steps: PhotoSteps,
  object: CompletedObject,
  seen: SeenObject,
  options: MeshOptions,
): Promise<Pick<ChainResult, 'mesh' | 'meshProblem'>> {
  try {
    return { mesh: await steps.mesh(object, seen, options) };
  } catch (error) {
    if (steps.isStopped) return {};
    return { meshProblem: error instanceof Error ? error.message : String(error) };
  }
}
