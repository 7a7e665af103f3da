/** A session: one open photo, and the steps that can be run on it. */
import type { CameraOptions } from '../camera.ts';
import type { Photo } from '../photo.ts';
import { DeviceLostError } from '../deviceLost.ts';
import { joinMeshes, joinTextured } from '../mesh/join.ts';
import { renderMeshSheet } from '../render/mesh.ts';
import { renderSheet, type Sheet } from '../render/sheet.ts';
import type { SegmentAnswer } from '../roles.ts';
import type { FoundMask } from '../everything/foundMask.ts';
import type { EverythingOptions } from '../everything/options.ts';
import type { CompletedObject } from './completedObject.ts';
import type { EngineParts } from './engineParts.ts';
import type { ObjectMesh, SeenObject } from './objectMesh.ts';
import {
  expectCamera,
  expectGeometry,
  expectMeshOptions,
  expectObject,
  expectObjectOptions,
  expectPhoto,
  type GivenDepth,
  type MeshOptions,
  type ObjectOptions,
  type PointMap,
  type PromptOptions,
  type ReconstructOptions,
} from './options.ts';
import { photoTo3d, type ChainResult } from './photoTo3d.ts';
import {
  namedObjects,
  sceneOf,
  type ObjectRequest,
  type SceneObject,
  type SceneOptions,
  type SceneReconstruction,
} from './scene.ts';
import type { CallOptions, Stages } from './stages.ts';
import { completerRole, PhotoSteps, type Depth, type Seen } from './steps.ts';

/** The results of the whole chain. */
export interface Reconstruction extends ChainResult {
  /**
   * A picture of the mesh from five sides, or of the points if there is no mesh; undefined if `render` was false, or the
   * object has no points.
   */
  readonly preview?: Sheet;
  /** Why drawing it failed, after everything else was done; undefined if it did not. */
  readonly previewProblem?: string;
  /** Seconds of each stage. Loading the weights of a network is a stage of its own. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** More than a picture takes on the device. */
const PICTURE_BYTES = 256 * 2 ** 20;

/** Makes one call of a session and closes it. @throws as `work` */
export async function closing<S extends { close(): void }, T>(
  session: S,
  work: (session: S) => Promise<T>,
): Promise<T> {
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

/** Run options for drawing a picture. */
type Drawing = Pick<CallOptions, 'onProfile'> & { onProgress(done: number): void };

/** The error for a call of a session that is closed. */
export const closedSession = (): Error =>
  new Error('This session is closed. Open the photo again: engine.open(photo).');

/**
 * An open photo. Its image embedding is computed on the first prompt, its depth on the first use of depth; later calls
 * reuse both. All results are plain typed arrays and numbers, so `structuredClone` works, and results can be sent to a
 * worker and back. Calls of one engine run one after the other.
 */
export class Session {
  private readonly known: { owner: object; meters?: Float32Array } = { owner: this };
  private closed = false;

  /** @throws OptionError unless the photo has width x height x 4 bytes */
  constructor(
    private readonly parts: EngineParts,
    readonly photo: Photo,
  ) {
    expectPhoto(photo);
  }

  /**
   * Encodes the photo now, so that the first prompt is answered as quickly as later ones.
   * @throws PromptError if the photo is too narrow; WeightsError; DeviceError; an AbortError when stopped
   */
  async encode(call: CallOptions = {}): Promise<void> {
    await this.steps(call, (steps) => steps.encode());
  }

  /**
   * Masks of the object that a prompt means.
   * @returns candidates, best first
   * @throws PromptError if the prompt does not fit the photo; WeightsError; DeviceError; an AbortError when stopped
   */
  segment(prompt: PromptOptions, call: CallOptions = {}): Promise<SegmentAnswer> {
    return this.steps(call, (steps) => steps.segment(prompt));
  }

  /**
   * All masks of the photo: of every object and part that a grid of points finds, without those that are alike.
   * @returns masks best first: by predicted quality, with crops those of smaller crops first; with `minMaskRegionArea`,
   *   those that were not changed first
   * @throws OptionError for an invalid option; PromptError if the photo or a crop is too narrow; LimitError if the photo
   *   is too large; WeightsError; DeviceError; an AbortError when stopped
   */
  everything(options: EverythingOptions = {}, call: CallOptions = {}): Promise<FoundMask[]> {
    return this.steps(call, (steps) => steps.everything(options));
  }

  /**
   * Depth of every pixel in meters, and the camera. If the network has a canonical field of view, its depth is scaled
   * to the camera's focal length.
   * @throws OptionError for an invalid camera; ShapeError or LimitError if the photo is too small or too large;
   *   WeightsError; DeviceError; an AbortError when stopped
   */
  depth(camera: CameraOptions = {}, call: CallOptions = {}): Promise<Depth> {
    return this.steps(call, (steps) => steps.depth({ focal: camera.focal, fov: camera.fov }));
  }

  /**
   * The visible part of the object: its points, and the square around it that `complete` takes.
   * @param mask [height, width] of the decoded photo, not 0 on the object
   * @param depth result of `depth`, or depth or a point map from the caller
   * @throws PromptError if the mask has another size than the photo; OptionError if the depth or the point map has
   *   another size; GeometryError if the mask is empty or too few of its pixels have a point; WeightsError; DeviceError;
   *   an AbortError when stopped
   */
  points(mask: Uint8Array, depth: GivenDepth | PointMap, call: CallOptions = {}): Promise<Seen> {
    return this.steps(call, (steps) => steps.points(mask, depth));
  }

  /**
   * The visible part of the whole scene: the points of the square in the middle of the photo, which `complete` takes.
   * @param depth result of `depth`, or depth or a point map from the caller
   * @throws OptionError if the depth or the point map has another size than the photo; GeometryError if too few pixels have
   *   a point; WeightsError if there are no weights of a network for scenes; DeviceError; an AbortError when stopped
   */
  scenePoints(depth: GivenDepth | PointMap, call: CallOptions = {}): Promise<Seen> {
    return this.steps(call, (steps) => steps.scenePoints(depth));
  }

  /**
   * The whole object, or the whole scene for the result of `scenePoints`: all occupied points of a grid. A sweep that is stopped returns the points found so far, marked as
   * partial.
   * @throws OptionError for an invalid option; GridError for an invalid grid; WeightsError; DeviceError; an AbortError
   *   when stopped before the sweep
   */
  complete(seen: Seen, options: ObjectOptions = {}, call: CallOptions = {}): Promise<CompletedObject> {
    return this.steps(call, (steps) => steps.complete(seen, options));
  }

  /**
   * The object's mesh, in meters in the camera's frame: closed, with as many triangles as wanted, painted from the photo
   * where the photo shows it.
   * @param seen the object's mask, and the depth that its points were made from
   * @returns undefined if the object has no points, or they enclose nothing
   * @throws OptionError for an invalid option or a scene; PromptError or OptionError if mask or depth have another size than
   *   the photo; RangeError if the texture is too small for a mesh in many pieces; an AbortError when stopped
   */
  mesh(
    object: CompletedObject,
    seen: SeenObject,
    options: MeshOptions = {},
    call: CallOptions = {},
  ): Promise<ObjectMesh | undefined> {
    return this.steps(call, (steps) => steps.mesh(object, seen, options));
  }

  /**
   * The whole chain: segment, depth, points, complete, mesh, and a preview; of a scene depth, points, complete and a preview. All options are checked before the first step. The
   * embedding and the depth of earlier calls are reused. Stopped during the sweep, it gives the points found so far; stopped after
   * it, the object without a mesh.
   * @throws as the steps
   */
  reconstruct(options: ReconstructOptions, call: CallOptions = {}): Promise<Reconstruction> {
    return this.steps(call, async (steps, stages) => {
      this.expectOptions(options);
      // The chain builds what is missing itself, and reports what is wrong.
      steps.buildAhead(options).catch(() => undefined);
      const chain = await photoTo3d(steps, options);
      const picture = options.render === false ? {} : await this.previewOrProblem(chain, stages);
      stages.end();
      return { ...chain, ...picture, seconds: { ...stages.seconds } };
    });
  }

  /**
   * Several objects of the photo: the embedding and the depth are computed once, and each object is completed. All options are
   * checked before the first step. An object that fails does not stop the others, and is named in the result. Stopped, the call
   * gives the objects that are whole, and names the others; the progress of a stage says which object it works on.
   * @param objects prompts or masks, with names
   * @param options of all objects
   * @throws OptionError if there is no object, two have one name, or an option is invalid; PromptError or GeometryError if a prompt
   *   or a mask does not fit the photo; an AbortError when stopped before an object is whole; otherwise as the steps
   */
  objects(
    objects: readonly ObjectRequest[],
    options: SceneOptions = {},
    call: CallOptions = {},
  ): Promise<SceneReconstruction> {
    return this.steps(call, async (steps, stages) => {
      const named = namedObjects(this.photo, objects);
      this.expectOptions({ ...options, ...named[0] });
      steps.buildAhead({ ...options, ...named[0] }).catch(() => undefined);
      const scene = await sceneOf(steps, stages, named, options);
      const pictures = options.render === false ? scene : await this.previews(scene, stages);
      stages.end();
      return { ...scene, ...pictures, seconds: { ...stages.seconds } };
    });
  }

  /** Frees the photo's embedding once earlier calls have ended. Later calls throw an Error. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const release = (): Promise<void> => {
      this.parts.embeddings.release(this);
      this.known.meters = undefined;
      return Promise.resolve();
    };
    // If the device is lost or disposed, its memory is free already.
    this.parts.exclusive({}, release).catch(() => undefined);
  }

  /** Checks all options of the chain. */
  private expectOptions(options: ReconstructOptions): void {
    const { photo } = this;
    expectObject(photo, options);
    expectCamera(options);
    expectGeometry(photo, options);
    expectMeshOptions(options);
    expectObjectOptions(this.parts.networks.blank(completerRole(options)), options);
  }

  /** The object is not lost because it cannot be drawn. */
  private async previewOrProblem(
    { object, mesh }: Pick<ChainResult, 'object' | 'mesh'>,
    stages: Stages,
  ): Promise<Pick<Reconstruction, 'preview' | 'previewProblem'>> {
    if (object.rgb.length === 0 || object.problem !== undefined) return {};
    return this.drawn(stages, (options) => {
      const { shared } = this.parts;
      return mesh ? renderMeshSheet(shared, mesh.textured ?? mesh.mesh, options) : renderSheet(shared, object, options);
    });
  }

  /** A picture of each object, and one of all meshes together. */
  private async previews(
    { objects }: Pick<SceneReconstruction, 'objects'>,
    stages: Stages,
  ): Promise<Pick<SceneReconstruction, 'objects' | 'preview' | 'previewProblem'>> {
    const drawn: SceneObject[] = [];
    for (const object of objects) drawn.push({ ...object, ...(await this.previewOrProblem(object, stages)) });
    const meshes = objects.flatMap(({ mesh }) => (mesh ? [mesh] : []));
    if (meshes.length === 0) return { objects: drawn };
    const textured = meshes.flatMap((mesh) => (mesh.textured ? [mesh.textured] : []));
    const all = textured.length > 0 ? joinTextured(textured) : joinMeshes(meshes.map(({ mesh }) => mesh));
    const together = await this.drawn(stages, (options) => renderMeshSheet(this.parts.shared, all, options));
    return { objects: drawn, ...together };
  }

  /** Draws a picture, again on another device if that is lost. */
  private async drawn(
    stages: Stages,
    draw: (options: Drawing) => Promise<Sheet>,
  ): Promise<Pick<Reconstruction, 'preview' | 'previewProblem'>> {
    const work = async (): Promise<Sheet> => draw(await this.drawing(stages));
    try {
      return { preview: await this.parts.recovery.step(stages, () => 'the preview is drawn again', work) };
    } catch (error) {
      if (error instanceof DeviceLostError) return { previewProblem: error.message };
      throw error;
    }
  }

  /** Makes room for a picture. @returns run options for drawing it: without the signal, so that what was stopped is drawn, too */
  private async drawing(stages: Stages): Promise<Drawing> {
    await this.parts.networks.makeRoom(PICTURE_BYTES);
    const onProgress = (done: number): void => stages.report('render', done, 1);
    onProgress(0);
    return { onProfile: stages.onProfile, onProgress };
  }

  private steps<T>(call: CallOptions, work: (steps: PhotoSteps, stages: Stages) => Promise<T>): Promise<T> {
    if (this.closed) {
      return Promise.reject(closedSession());
    }
    return this.parts.exclusive(call, (stages) =>
      work(new PhotoSteps(this.parts, this.photo, this.known, stages), stages),
    );
  }
}
