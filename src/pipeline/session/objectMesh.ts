/** The object's mesh: its surface, simplified and painted. */
import { intrinsicsOf, type Intrinsics } from '../camera.ts';
import { DEFAULT_FACES, DEFAULT_TEXTURE } from '../defaults.ts';
import { finishMesh, type FinishedMesh } from '../mesh/finish.ts';
import type { Photo } from '../photo.ts';
import { cameraOfPoints } from '../points/cameraOfPoints.ts';
import { surfaceOf, type SurfaceFacts } from '../surface/surface.ts';
import { limitOf } from '../occupancy.ts';
import type { CompletedObject } from './completedObject.ts';
import type { GivenDepth, MeshOptions, PointMap } from './options.ts';

/** A closed mesh of the object, in meters in the camera's frame, and the same with a texture. */
export interface ObjectMesh extends FinishedMesh {
  readonly facts: SurfaceFacts;
}

/** What the photo shows of the object. */
export interface SeenObject {
  /** [height, width] of the decoded photo, not 0 on the object. */
  readonly mask: Uint8Array;
  readonly depth: GivenDepth | PointMap;
}

/**
 * Makes the surface, simplifies it and paints it from the photo.
 * @param report gets the share that is done, 0..1
 * @returns undefined if the object has no points, or they enclose nothing
 * @throws RangeError if the texture is too small for a mesh in many pieces; the signal's reason when stopped
 */
export async function meshOf(
  photo: Photo,
  object: CompletedObject,
  { mask, depth }: SeenObject,
  { faces = DEFAULT_FACES, texture = DEFAULT_TEXTURE, fuseDepth = true }: MeshOptions,
  { signal, report }: { readonly signal?: AbortSignal; readonly report: (done: number) => void },
): Promise<ObjectMesh | undefined> {
  const { width, height } = photo;
  const meters = 'xyz' in depth ? depth.xyz.filter((_, k) => k % 3 === 2) : depth.meters;
  const camera = cameraOf(photo, mask, depth);
  const surface = surfaceOf({
    field: object.field,
    limit: limitOf(object.threshold),
    points: object,
    normalization: object.normalization,
    view:
      fuseDepth && camera ? { width, height, mask, meters, camera, estimated: depth.estimated ?? false } : undefined,
  });
  if (!surface) return undefined;
  report(0.5);
  // A point map that no pinhole camera sees cannot be painted: nothing of the photo is used then.
  const view = camera
    ? { photo, mask, camera }
    : { photo, mask: new Uint8Array(mask.length), camera: intrinsicsOf(photo) };
  const finished = await finishMesh(surface.mesh, view, { faces, texture, signal });
  report(1);
  return { ...finished, facts: surface.facts };
}

/** The camera that took the photo; undefined for a point map that no pinhole camera sees. */
function cameraOf(photo: Photo, mask: Uint8Array, depth: GivenDepth | PointMap): Intrinsics | undefined {
  if ('xyz' in depth) return cameraOfPoints(depth.xyz, mask, photo);
  return depth.camera ?? intrinsicsOf(photo);
}
