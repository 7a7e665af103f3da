/**
 * The engine: the networks on one device, and the sessions that use them. The host creates the device and opens the
 * weights.
 */
import { adapterName, type Device } from '../graph/device.ts';
import type { DeviceError } from '../graph/errors.ts';
import type { CameraOptions } from './camera.ts';
import { expectMemory } from './fit.ts';
import type { FoundMask } from './everything/foundMask.ts';
import type { EverythingOptions } from './everything/options.ts';
import { OnDevice } from './onDevice.ts';
import type { Photo } from './photo.ts';
import { Recovery } from './recovery.ts';
import type { WeightSet } from './registry.ts';
import type { NetworkChoice, Role, SegmentAnswer } from './roles.ts';
import type { EngineParts } from './session/engineParts.ts';
import type { PromptOptions, ReconstructOptions } from './session/options.ts';
import type { ObjectRequest, SceneOptions, SceneReconstruction } from './session/scene.ts';
import { closing, Session, type Reconstruction } from './session/session.ts';
import { Stages, type CallOptions } from './session/stages.ts';
import type { Depth } from './session/steps.ts';

export interface EngineSetup {
  readonly device: Device;
  /** Opens a device like `device`, in place of one that is lost. Without it, a loss ends the call, and all later ones. */
  readonly openDevice?: () => Promise<Device>;
  readonly weights: WeightSet;
  /**
   * Whether networks stay on the device after use; true by default. If false, the device holds one network at a time.
   */
  readonly keepNetworks?: boolean;
  /** Ids of the networks that play the roles; by default the first network of a role that has weights. */
  readonly networks?: NetworkChoice;
  /** Maximum bytes of image embeddings on the device; 64 MiB by default. */
  readonly embeddingBytes?: number;
  /** Roles that the engine will play; by default all. Only of their networks it is checked that they fit into the device's bound. */
  readonly roles?: readonly Role[];
  /** Called once when the engine is disposed, so that the host can close its files. */
  readonly onDispose?: () => void;
}

/** What an engine runs on. For summaries. */
export interface EngineDescription {
  readonly adapter: string;
  readonly adapterClass: string;
  readonly precision: string;
  readonly weights: string;
  /** Seconds of each stage of the last call. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Opens photos. Calls run one after the other, because they share the memory of plans. */
export class Engine {
  private readonly parts: EngineParts;
  private readonly recovery: Recovery;
  private seconds: Readonly<Record<string, number>> = {};
  private disposed = false;
  /** Settles when the last call has ended. */
  private idle: Promise<unknown> = Promise.resolve();

  /** @throws LimitError if a network does not fit into the bound of the device's memory */
  constructor(private readonly setup: EngineSetup) {
    const { device, weights, networks, keepNetworks = true, embeddingBytes } = setup;
    expectMemory(device, weights, networks, setup.roles);
    const recovery = new Recovery(device, {
      open: setup.openDevice,
      equip: (each) => new OnDevice(each, { weights, networks, keepNetworks, embeddingBytes }),
    });
    this.recovery = recovery;
    this.parts = {
      get shared() {
        return recovery.current.shared;
      },
      get networks() {
        return recovery.current.networks;
      },
      get embeddings() {
        return recovery.current.embeddings;
      },
      seenPoints: (sides) => recovery.current.seenPoints(sides),
      recovery,
      exclusive: (call, work) => this.exclusive(call, work),
    };
  }

  /**
   * Opens a decoded photo. Nothing runs on the device yet.
   * @throws OptionError unless the photo has width x height x 4 bytes
   */
  open(photo: Photo): Session {
    return new Session(this.parts, photo);
  }

  /** Opens a photo, segments it and closes it. @throws as Session.segment */
  async segment(photo: Photo, prompt: PromptOptions, call?: CallOptions): Promise<SegmentAnswer> {
    return closing(this.open(photo), (session) => session.segment(prompt, call));
  }

  /** Opens a photo, finds all its masks and closes it. @throws as Session.everything */
  async everything(photo: Photo, options?: EverythingOptions, call?: CallOptions): Promise<FoundMask[]> {
    return closing(this.open(photo), (session) => session.everything(options, call));
  }

  /** Opens a photo, estimates its depth and closes it. @throws as Session.depth */
  async depth(photo: Photo, camera?: CameraOptions, call?: CallOptions): Promise<Depth> {
    return closing(this.open(photo), (session) => session.depth(camera, call));
  }

  /** Opens a photo, reconstructs its object and closes it. @throws as Session.reconstruct */
  async reconstruct(photo: Photo, options: ReconstructOptions, call?: CallOptions): Promise<Reconstruction> {
    return closing(this.open(photo), (session) => session.reconstruct(options, call));
  }

  /** Opens a photo, reconstructs several of its objects and closes it. @throws as Session.objects */
  async objects(
    photo: Photo,
    objects: readonly ObjectRequest[],
    options?: SceneOptions,
    call?: CallOptions,
  ): Promise<SceneReconstruction> {
    return closing(this.open(photo), (session) => session.objects(objects, options, call));
  }

  /** Adapter, precision and weights, and the seconds of each stage of the last call. */
  describe(): EngineDescription {
    const { weights } = this.setup;
    const { device } = this.recovery.current;
    return {
      adapter: adapterName(device.info),
      adapterClass: device.adapterClass,
      precision: device.target.precision,
      weights: weights.describe,
      seconds: this.seconds,
    };
  }

  /** Resolves when a call has ended because devices were lost one after the other; never when the engine is disposed. */
  get lost(): Promise<DeviceError> {
    return this.recovery.lost;
  }

  /** Changes the time of one submission, in milliseconds. The next submission follows it, also during a call. */
  pace(ms: number): void {
    this.recovery.current.device.submissionMs = ms;
  }

  /** Frees the device. A Node process can exit afterwards. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.recovery.dispose();
    this.setup.onDispose?.();
  }

  /** Runs `work` after all earlier calls. */
  private exclusive<T>(call: CallOptions, work: (stages: Stages) => Promise<T>): Promise<T> {
    const result = this.idle.then(async () => {
      const stages = new Stages(call);
      if (this.disposed || !this.setup.openDevice) this.recovery.current.device.check();
      call.signal?.throwIfAborted();
      try {
        return await work(stages);
      } finally {
        stages.end();
        // Closing a session has no stages: the seconds of the last call stay.
        if (Object.keys(stages.seconds).length > 0) this.seconds = stages.seconds;
      }
    });
    // The caller of a failed call gets the error; the next call starts all the same.
    this.idle = result.catch(() => undefined);
    return result;
  }
}
