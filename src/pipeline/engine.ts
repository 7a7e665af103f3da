/** The engine: three networks on one device, behind one object. Hosts make the device and open the weights. */
import type { Device } from '../graph/device.ts';
import { sharedFor } from '../graph/shared.ts';
import type { Shared } from '../graph/shared.ts';
import type { StepTime } from '../graph/run.ts';
import type { WeightSet } from './registry.ts';
import { focalOf, type CameraOptions } from './camera.ts';
import { expectCamera, expectChainOptions, expectPhoto } from './chainOptions.ts';
import { CROP_SIDE } from './mcc/encoder.ts';
import { NetworkPool, type NetworkChoice } from './networks.ts';
import type { Photo } from './photo.ts';
import {
  estimateDepth,
  photoTo3d,
  type Chain,
  type ChainOptions,
  type ChainParts,
  type StageOptions,
  type StageProgress,
} from './photoTo3d.ts';
import { objectMask, type ObjectMask, type ObjectPrompt } from './prompts.ts';
import { renderSheet, type Sheet } from './render.ts';
import { SeenPoints } from './seenPoints.ts';

export interface EngineParts {
  readonly device: Device;
  readonly weights: WeightSet;
  readonly onProgress?: (event: StageProgress) => void;
  /** Gets the time of every dispatch, run by run; they are then timed, which costs a little. */
  readonly onProfile?: (times: readonly StepTime[]) => void;
  /** Whether networks stay on the device for the next photo; by default yes. If not, only one is there at a time. */
  readonly keepNetworks?: boolean;
  /** Networks that play a role, by id, where several could; by default the first one whose weights are there. */
  readonly networks?: NetworkChoice;
  /** Called once when the engine is disposed: closes what the host opened. */
  readonly onDispose?: () => void;
}

export interface Reconstruction extends Chain {
  /** The object from a few sides. */
  readonly preview: Sheet;
  /** Seconds of each stage, loading of weights apart. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Stages that load a network first, and what that is called. */
const LOADS: Readonly<Record<string, string>> = {
  segment: 'load SAM',
  depth: 'load ZoeDepth',
  encode: 'load MCC',
  sweep: 'load MCC',
};

/** Calls wait for one another: they share the memory of plans and the clock of stages. */
export class Engine {
  private readonly shared: Shared;
  private readonly networks: NetworkPool;
  private readonly seenPoints: SeenPoints;
  private seconds: Record<string, number> = {};
  private current: { stage: string; started: number } | undefined;
  private disposed = false;
  /** Settles when no call is under way. */
  private idle: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: EngineParts) {
    this.shared = sharedFor(parts.device);
    this.networks = new NetworkPool(parts.device, parts.weights, parts.keepNetworks ?? true, {
      choice: parts.networks,
    });
    // MCC takes a point map of half its image's side; the colors go through 800 whatever it takes.
    this.seenPoints = new SeenPoints(this.shared, {
      rgb: CROP_SIDE,
      xyz: (parts.weights.mcc?.config.image ?? 224) / 2,
    });
  }

  /**
   * The mask of the object that a prompt means.
   * @throws OptionError, PromptError, WeightsError, DeviceError; Canceled
   */
  segment(photo: Photo, options: ObjectPrompt & { signal?: AbortSignal }): Promise<ObjectMask> {
    return this.timed(() => {
      expectPhoto(photo);
      return objectMask(this.chainParts(), photo, options);
    });
  }

  /**
   * Depth of every pixel in meters, [height, width]. The camera matters only to weights with a canonical field of view.
   * @throws OptionError, ShapeError, LimitError, WeightsError, DeviceError; Canceled
   */
  depth(photo: Photo, options: CameraOptions & { signal?: AbortSignal } = {}): Promise<Float32Array> {
    return this.timed(() => {
      expectPhoto(photo);
      expectCamera(options);
      return estimateDepth(this.chainParts(), photo, focalOf(photo, options).pixels, options.signal);
    });
  }

  /**
   * The whole chain, and pictures of its result. An aborted sweep gives what it had found, marked as partial.
   * @throws OptionError, GridError; as `photoTo3d`
   */
  reconstruct(photo: Photo, options: ChainOptions): Promise<Reconstruction> {
    return this.timed(async () => {
      expectChainOptions(photo, options, this.parts.weights.mcc?.config.box);
      const chain = await photoTo3d(this.chainParts(), photo, options);
      this.begin('render');
      const preview = await renderSheet(this.shared, { ...chain.object, spacing: chain.spacing });
      this.end();
      return { ...chain, preview, seconds: this.seconds };
    });
  }

  /** What the engine runs on, for summaries. */
  describe(): {
    adapter: string;
    adapterClass: string;
    precision: string;
    weights: string;
    seconds: Record<string, number>;
  } {
    const { device, weights } = this.parts;
    return {
      adapter: device.info.description,
      adapterClass: device.adapterClass,
      precision: device.target.precision,
      weights: weights.describe,
      seconds: this.seconds,
    };
  }

  /** Frees the device: a Node process can exit afterwards. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.parts.device.dispose();
    this.parts.onDispose?.();
  }

  private chainParts(): ChainParts {
    const { networks, seenPoints } = this;
    return { networks, seenPoints, stage: (name, signal, unit) => this.stage(name, signal, unit) };
  }

  /** Options of a stage: what they report is passed on under its name, loading of weights under a name of its own. */
  private stage(stage: string, signal?: AbortSignal, unit?: string): StageOptions {
    const { onProfile, onProgress } = this.parts;
    const tell = (name: string, done: number, total: number): void => {
      this.begin(name);
      onProgress?.({ stage: name, done, total, unit: name === stage ? unit : undefined });
    };
    return {
      signal,
      onProfile,
      onUpload: (done) => tell(LOADS[stage] ?? 'load', done, 1),
      onProgress: (done) => tell(stage, done, 1),
      onCount: (done, total) => tell(stage, done, total),
    };
  }

  private begin(stage: string): void {
    if (this.current?.stage === stage) return;
    this.end();
    this.current = { stage, started: performance.now() };
  }

  private end(): void {
    if (!this.current) return;
    const { stage, started } = this.current;
    this.seconds[stage] = Number(((this.seconds[stage] ?? 0) + (performance.now() - started) / 1000).toFixed(3));
    this.current = undefined;
  }

  private timed<T>(work: () => Promise<T>): Promise<T> {
    const result = this.idle.then(async () => {
      this.seconds = {};
      try {
        return await work();
      } finally {
        this.end();
      }
    });
    // A call that failed is reported to whoever made it; the next one starts all the same.
    this.idle = result.catch(() => undefined);
    return result;
  }
}
