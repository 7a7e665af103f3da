/** The public engine of both hosts: it decodes photos, and its results can save themselves. */
import type { CameraOptions } from '../pipeline/camera.ts';
import type { Engine } from '../pipeline/engine.ts';
import type { Photo } from '../pipeline/photo.ts';
import type { PointArrays } from '../pipeline/points/geometry.ts';
import type { SegmentAnswer } from '../pipeline/roles.ts';
import type { CompletedObject } from '../pipeline/session/completedObject.ts';
import type {
  GivenDepth,
  ObjectOptions,
  PointMap,
  PromptOptions,
  ReconstructOptions,
} from '../pipeline/session/options.ts';
import type { Reconstruction, Session } from '../pipeline/session/session.ts';
import type { CallOptions } from '../pipeline/session/stages.ts';
import type { Depth, Seen } from '../pipeline/session/steps.ts';

/** What a host (Node or browser) adds to the engine. */
export interface Host<Source, Cloud extends PointArrays, Whole extends CompletedObject> {
  /** Decodes a photo. A photo that is already decoded is returned as it is. */
  decode(source: Source): Photo | Promise<Photo>;
  /** Points that can save themselves. */
  cloud(points: PointArrays): Cloud;
  /** An object that can save itself. */
  object(object: CompletedObject): Whole;
}

export type HostSeen<Cloud> = Omit<Seen, 'cloud'> & { readonly cloud: Cloud };

export type HostReconstruction<Cloud, Whole> = Omit<Reconstruction, 'seen' | 'object'> & {
  readonly seen: HostSeen<Cloud>;
  readonly object: Whole;
};

/**
 * An open photo. The photo is encoded once, on the first prompt. Depth is estimated once.
 * All results are plain typed arrays and numbers. `structuredClone` works, so they can be sent to a worker and back.
 * Calls of one engine run one after another. The options of a call hold its signal and its callbacks.
 */
export class HostSession<Source, Cloud extends PointArrays, Whole extends CompletedObject> {
  constructor(
    private readonly session: Session,
    private readonly host: Host<Source, Cloud, Whole>,
  ) {}

  get photo(): Photo {
    return this.session.photo;
  }

  /**
   * Segments the object of a prompt: candidate masks, best first. The photo is encoded on first use.
   * @throws PromptError, WeightsError, DeviceError; an AbortError when canceled
   */
  segment(prompt: PromptOptions, call?: CallOptions): Promise<SegmentAnswer> {
    return this.session.segment(prompt, call);
  }

  /**
   * Estimates the depth of every pixel, in meters.
   * @throws OptionError, ShapeError, LimitError, WeightsError, DeviceError; an AbortError when canceled
   */
  depth(camera?: CameraOptions, call?: CallOptions): Promise<Depth> {
    return this.session.depth(camera, call);
  }

  /**
   * Computes the points of the object that are visible in the photo.
   * @param mask [height, width], not 0 on the object
   * @param depth result of `depth`, or the caller's own depth or point map
   * @throws PromptError, OptionError, GeometryError, WeightsError, DeviceError; an AbortError when canceled
   */
  async points(mask: Uint8Array, depth: GivenDepth | PointMap, call?: CallOptions): Promise<HostSeen<Cloud>> {
    return hostSeen(this.host, await this.session.points(mask, depth, call));
  }

  /**
   * Completes the object. A sweep that is canceled gives the points found so far, marked as partial.
   * @throws OptionError, GridError, WeightsError, DeviceError; an AbortError when canceled before the sweep
   */
  async complete(seen: Seen, options?: ObjectOptions, call?: CallOptions): Promise<Whole> {
    return this.host.object(await this.session.complete(seen, options, call));
  }

  /** Runs segment, depth, points and complete, and renders a preview. @throws the errors of these methods */
  async reconstruct(options: ReconstructOptions, call?: CallOptions): Promise<HostReconstruction<Cloud, Whole>> {
    return hostResult(this.host, await this.session.reconstruct(options, call));
  }

  /** Frees the GPU memory of this photo. */
  close(): void {
    this.session.close();
  }
}

/** The engine. `segment`, `depth` and `reconstruct` are short forms: they open a photo, make one call and close it. */
export class HostEngine<Source, Cloud extends PointArrays, Whole extends CompletedObject> {
  constructor(
    private readonly engine: Engine,
    private readonly host: Host<Source, Cloud, Whole>,
  ) {}

  /** Opens a photo and decodes it. Nothing runs on the GPU yet. @throws UserError if it cannot be decoded */
  async open(photo: Source): Promise<HostSession<Source, Cloud, Whole>> {
    return new HostSession(this.engine.open(await this.host.decode(photo)), this.host);
  }

  /** Segments one object. @throws the errors of `HostSession.segment` */
  async segment(photo: Source, prompt: PromptOptions, call?: CallOptions): Promise<SegmentAnswer> {
    return this.engine.segment(await this.host.decode(photo), prompt, call);
  }

  /** Estimates the depth of a photo. @throws the errors of `HostSession.depth` */
  async depth(photo: Source, camera?: CameraOptions, call?: CallOptions): Promise<Depth> {
    return this.engine.depth(await this.host.decode(photo), camera, call);
  }

  /** Reconstructs the object in 3D. @throws the errors of `HostSession.reconstruct` */
  async reconstruct(
    photo: Source,
    options: ReconstructOptions,
    call?: CallOptions,
  ): Promise<HostReconstruction<Cloud, Whole>> {
    return hostResult(this.host, await this.engine.reconstruct(await this.host.decode(photo), options, call));
  }

  /** The adapter, the precision, the weights, and the seconds of each stage of the last call. */
  describe(): ReturnType<Engine['describe']> {
    return this.engine.describe();
  }

  /** Frees the device. A Node process can then exit. A new engine can be created afterwards. */
  dispose(): void {
    this.engine.dispose();
  }
}

type Results<Cloud extends PointArrays, Whole extends CompletedObject> = Pick<
  Host<never, Cloud, Whole>,
  'cloud' | 'object'
>;

const hostSeen = <Cloud extends PointArrays>(
  host: Pick<Results<Cloud, CompletedObject>, 'cloud'>,
  seen: Seen,
): HostSeen<Cloud> => ({ ...seen, cloud: host.cloud(seen.cloud) });

const hostResult = <Cloud extends PointArrays, Whole extends CompletedObject>(
  host: Results<Cloud, Whole>,
  { seen, object, ...rest }: Reconstruction,
): HostReconstruction<Cloud, Whole> => ({ ...rest, seen: hostSeen(host, seen), object: host.object(object) });
