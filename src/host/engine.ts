/** The public engine of both hosts: it decodes photos, and its results can save themselves. */
import type { DeviceError } from '../graph/errors.ts';
import type { CameraOptions } from '../pipeline/camera.ts';
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import type { Engine, EngineDescription } from '../pipeline/engine.ts';
import type { FoundMask } from '../pipeline/everything/foundMask.ts';
import type { EverythingOptions } from '../pipeline/everything/options.ts';
import type { Photo } from '../pipeline/photo.ts';
import type { SegmentAnswer } from '../pipeline/roles.ts';
import type { CompletedObject } from '../pipeline/session/completedObject.ts';
import type {
  GivenDepth,
  MeshOptions,
  ObjectOptions,
  PointMap,
  PromptOptions,
  ReconstructOptions,
} from '../pipeline/session/options.ts';
import type { ObjectMesh, SeenObject } from '../pipeline/session/objectMesh.ts';
import type { ObjectRequest, SceneObject, SceneOptions, SceneReconstruction } from '../pipeline/session/scene.ts';
import { closing, type Reconstruction, type Session } from '../pipeline/session/session.ts';
import type { CallOptions } from '../pipeline/session/stages.ts';
import type { Depth, Seen } from '../pipeline/session/steps.ts';
import { expectOptions, someMilliseconds } from './options.ts';

/** The calls of a session: it is in this thread, or in a worker. */
export type SessionCalls = Pick<Session, keyof Session>;

/** The engine behind `HostEngine`: it is in this thread, or in a worker. */
export interface EngineCalls<Source> {
  readonly lost: Promise<DeviceError>;
  /** Decodes a photo and opens it. */
  open(photo: Source): Promise<SessionCalls>;
  describe(): EngineDescription;
  pace(ms: number): void;
  dispose(): void;
}

/**
 * An engine of this thread, for photos that are not decoded yet.
 * @param decode returns a photo that is already decoded as it is
 */
export const decoding = <Source>(
  engine: Engine,
  decode: (source: Source) => Photo | Promise<Photo>,
): EngineCalls<Source> => ({
  lost: engine.lost,
  open: async (source) => engine.open(await decode(source)),
  describe: () => engine.describe(),
  pace: (ms) => engine.pace(ms),
  dispose: () => engine.dispose(),
});

/** What a host (Node or browser) makes of results. */
export interface Host<Cloud extends ColoredPoints, Whole extends CompletedObject, Shape extends ObjectMesh> {
  /** Points that can save themselves. */
  cloud(points: ColoredPoints): Cloud;
  /** An object that can save itself. */
  object(object: CompletedObject): Whole;
  /** A mesh that can save itself. */
  mesh(mesh: ObjectMesh): Shape;
}

export type HostSeen<Cloud> = Omit<Seen, 'cloud'> & { readonly cloud: Cloud };

export type HostReconstruction<Cloud, Whole, Shape> = Omit<Reconstruction, 'seen' | 'object' | 'mesh'> & {
  readonly seen: HostSeen<Cloud>;
  readonly object: Whole;
  /**
   * Its mesh; undefined if `mesh` was false, the call was stopped before it was made, or the object has no points or they
   * enclose nothing. A scene has none.
   */
  readonly mesh?: Shape;
};

/** One object of several, whose points and mesh can save themselves. */
export type HostSceneObject<Cloud, Whole, Shape> = Omit<SceneObject, 'seen' | 'object' | 'mesh'> & {
  readonly seen: HostSeen<Cloud>;
  readonly object: Whole;
  /** As in `HostReconstruction`. */
  readonly mesh?: Shape;
};

export type HostScene<Cloud, Whole, Shape> = Omit<SceneReconstruction, 'objects'> & {
  /** The objects that were made, in the order in which they were asked for. Each has points. */
  readonly objects: readonly HostSceneObject<Cloud, Whole, Shape>[];
};

/**
 * An open photo. Its image embedding is computed on the first prompt, its depth on the first use of depth; later calls
 * reuse both. All results are plain typed arrays and numbers, so `structuredClone` works, and results can be sent to a
 * worker and back. Calls of one engine run one after the other. The options of a call hold its signal and its callbacks.
 */
export class HostSession<Cloud extends ColoredPoints, Whole extends CompletedObject, Shape extends ObjectMesh> {
  constructor(
    private readonly session: SessionCalls,
    private readonly host: Host<Cloud, Whole, Shape>,
  ) {}

  get photo(): Photo {
    return this.session.photo;
  }

  /**
   * Encodes the photo now, so that the first prompt is answered as quickly as later ones.
   * @throws PromptError if the photo is too narrow; WeightsError; DeviceError; an AbortError when stopped
   */
  encode(call?: CallOptions): Promise<void> {
    return this.session.encode(call);
  }

  /**
   * Masks of the object that a prompt means.
   * @returns candidates, best first
   * @throws PromptError if the prompt does not fit the photo; WeightsError; DeviceError; an AbortError when stopped
   */
  segment(prompt: PromptOptions, call?: CallOptions): Promise<SegmentAnswer> {
    return this.session.segment(prompt, call);
  }

  /**
   * All masks of the photo: of every object and part that a grid of points finds, without those that are alike.
   * @returns masks best first: by predicted quality, with crops those of smaller crops first; with `minMaskRegionArea`,
   *   those that were not changed first
   * @throws OptionError for an invalid option; PromptError if the photo or a crop is too narrow; LimitError if the photo
   *   is too large; WeightsError; DeviceError; an AbortError when stopped
   */
  everything(options?: EverythingOptions, call?: CallOptions): Promise<FoundMask[]> {
    return this.session.everything(options, call);
  }

  /**
   * Depth of every pixel in meters, and the camera. If the network has a canonical field of view, its depth is scaled
   * to the camera's focal length.
   * @throws OptionError for an invalid camera; ShapeError or LimitError if the photo is too small or too large;
   *   WeightsError; DeviceError; an AbortError when stopped
   */
  depth(camera?: CameraOptions, call?: CallOptions): Promise<Depth> {
    return this.session.depth(camera, call);
  }

  /**
   * The visible part of the object: its points, and the square around it that `complete` takes.
   * @param mask [height, width] of the decoded photo, not 0 on the object
   * @param depth result of `depth`, or depth or a point map from the caller
   * @throws PromptError if the mask has another size than the photo; OptionError if the depth or the point map has
   *   another size; GeometryError if the mask is empty or too few of its pixels have a point; WeightsError; DeviceError;
   *   an AbortError when stopped
   */
  async points(mask: Uint8Array, depth: GivenDepth | PointMap, call?: CallOptions): Promise<HostSeen<Cloud>> {
    return hostSeen(this.host, await this.session.points(mask, depth, call));
  }

  /**
   * The visible part of the whole scene: the points of the square in the middle of the photo, which `complete` takes.
   * @param depth result of `depth`, or depth or a point map from the caller
   * @throws OptionError if the depth or the point map has another size than the photo; GeometryError if too few pixels have
   *   a point; WeightsError if there are no weights of a network for scenes; DeviceError; an AbortError when stopped
   */
  async scenePoints(depth: GivenDepth | PointMap, call?: CallOptions): Promise<HostSeen<Cloud>> {
    return hostSeen(this.host, await this.session.scenePoints(depth, call));
  }

  /**
   * The whole object, or the whole scene for the result of `scenePoints`: all occupied points of a grid. A sweep that is stopped
   * returns the points found so far, marked as partial; so does one whose device is lost three times in a row, and `problem` says so.
   * @throws OptionError for an invalid option; GridError for an invalid grid; WeightsError; DeviceError; an AbortError
   *   when stopped before the sweep
   */
  async complete(seen: Seen, options?: ObjectOptions, call?: CallOptions): Promise<Whole> {
    return this.host.object(await this.session.complete(seen, options, call));
  }

  /**
   * The object's mesh, in meters in the camera's frame: closed, with as many triangles as wanted, painted from the photo
   * where the photo shows it.
   * @param seen the object's mask, and the depth that its points were made from
   * @returns undefined if the object has no points, or they enclose nothing
   * @throws OptionError for an invalid option or a scene; PromptError or OptionError if mask or depth have another size than
   *   the photo; RangeError if the texture is too small for a mesh in many pieces; an AbortError when stopped
   */
  async mesh(
    object: CompletedObject,
    seen: SeenObject,
    options?: MeshOptions,
    call?: CallOptions,
  ): Promise<Shape | undefined> {
    const mesh = await this.session.mesh(object, seen, options, call);
    return mesh && this.host.mesh(mesh);
  }

  /**
   * The whole chain: segment, depth, points, complete, mesh, and a preview; of a scene depth, points, complete and a preview. All options are checked before the first step. The
   * embedding and the depth of earlier calls are reused. Stopped during the sweep, it gives the points found so far; stopped after
   * it, the object without a mesh.
   * @throws as the steps
   */
  async reconstruct(options: ReconstructOptions, call?: CallOptions): Promise<HostReconstruction<Cloud, Whole, Shape>> {
    return hostResult(this.host, await this.session.reconstruct(options, call));
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
  async objects(
    objects: readonly ObjectRequest[],
    options?: SceneOptions,
    call?: CallOptions,
  ): Promise<HostScene<Cloud, Whole, Shape>> {
    const scene = await this.session.objects(objects, options, call);
    return { ...scene, objects: scene.objects.map((object) => hostResult(this.host, object)) };
  }

  /** Frees the photo's embedding once earlier calls have ended. Later calls throw an Error. */
  close(): void {
    this.session.close();
  }
}

/** The engine. `segment`, `everything`, `depth`, `reconstruct` and `objects` are short forms: they open a photo, make one call and close it. */
export class HostEngine<Source, Cloud extends ColoredPoints, Whole extends CompletedObject, Shape extends ObjectMesh> {
  constructor(
    private readonly engine: EngineCalls<Source>,
    private readonly host: Host<Cloud, Whole, Shape>,
  ) {}

  /**
   * Resolves when the engine could not go on. When the device is lost (its driver restarts, say), a call opens another one, and goes
   * on from the last finished stage, a sweep from where it was; `onNotice` tells. After three losses with nothing finished in between
   * the call ends with a DeviceLostError, and this promise resolves with it; later calls try again. It also resolves when the worker
   * crashes: then all calls throw a DeviceError, and a new engine can be created. It never resolves because of `dispose`.
   */
  get lost(): Promise<DeviceError> {
    return this.engine.lost;
  }

  /** Opens a photo and decodes it. Nothing runs on the GPU yet. @throws UserError if it cannot be decoded */
  async open(photo: Source): Promise<HostSession<Cloud, Whole, Shape>> {
    return new HostSession(await this.engine.open(photo), this.host);
  }

  /** Segments one object. @throws the errors of `HostSession.segment` */
  async segment(photo: Source, prompt: PromptOptions, call?: CallOptions): Promise<SegmentAnswer> {
    return closing(await this.open(photo), (session) => session.segment(prompt, call));
  }

  /** Finds all masks of a photo. @throws the errors of `HostSession.everything` */
  async everything(photo: Source, options?: EverythingOptions, call?: CallOptions): Promise<FoundMask[]> {
    return closing(await this.open(photo), (session) => session.everything(options, call));
  }

  /** Estimates the depth of a photo. @throws the errors of `HostSession.depth` */
  async depth(photo: Source, camera?: CameraOptions, call?: CallOptions): Promise<Depth> {
    return closing(await this.open(photo), (session) => session.depth(camera, call));
  }

  /** Reconstructs the object in 3D. @throws the errors of `HostSession.reconstruct` */
  async reconstruct(
    photo: Source,
    options: ReconstructOptions,
    call?: CallOptions,
  ): Promise<HostReconstruction<Cloud, Whole, Shape>> {
    return closing(await this.open(photo), (session) => session.reconstruct(options, call));
  }

  /** Reconstructs several objects of a photo. @throws the errors of `HostSession.objects` */
  async objects(
    photo: Source,
    objects: readonly ObjectRequest[],
    options?: SceneOptions,
    call?: CallOptions,
  ): Promise<HostScene<Cloud, Whole, Shape>> {
    return closing(await this.open(photo), (session) => session.objects(objects, options, call));
  }

  /** The adapter, the precision, the weights, and the seconds of each stage of the last call. */
  describe(): EngineDescription {
    return this.engine.describe();
  }

  /**
   * Changes `submissionMs`, the time of one submission to the device: shorter while somebody interacts with a page, because the page
   * is drawn between two submissions; longer otherwise, because short submissions cost some speed. The next submission follows it,
   * also during a call.
   * @throws OptionError unless it is a number above 0
   */
  pace(submissionMs: number): void {
    expectOptions('pace', { submissionMs }, { submissionMs: someMilliseconds });
    this.engine.pace(submissionMs);
  }

  /** Frees the device. A Node process can then exit. A new engine can be created afterwards. */
  dispose(): void {
    this.engine.dispose();
  }
}

const hostSeen = <Cloud extends ColoredPoints>(
  host: Pick<Host<Cloud, CompletedObject, ObjectMesh>, 'cloud'>,
  seen: Seen,
): HostSeen<Cloud> => ({ ...seen, cloud: host.cloud(seen.cloud) });

/** A result whose points and mesh can save themselves. */
const hostResult = <
  Result extends Pick<Reconstruction, 'seen' | 'object' | 'mesh'>,
  Cloud extends ColoredPoints,
  Whole extends CompletedObject,
  Shape extends ObjectMesh,
>(
  host: Host<Cloud, Whole, Shape>,
  { seen, object, mesh, ...rest }: Result,
) => ({
  ...rest,
  seen: hostSeen(host, seen),
  object: host.object(object),
  mesh: mesh && host.mesh(mesh),
});
