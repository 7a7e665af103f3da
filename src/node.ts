/** unflat for Node: `createEngine`, and what it gives. */
import { Device } from './graph/device.ts';
import type { StepTime } from './graph/run.ts';
import { type Network, networkTitles, presets } from '../weights/index.ts';
import type { Precision } from './kernels/target.ts';
import { UserError } from './host/errors.ts';
import { requestNodeAdapter, type AdapterChoice } from './host/node/adapter.ts';
import { writeWhole } from './host/node/files.ts';
import { decodePhoto } from './host/node/image.ts';
import { BUNDLED } from './host/node/bundled.ts';
import { inMegabytes } from './host/node/convert.ts';
import { openWeights } from './host/node/weights.ts';
import { aFlag, aFunction, aSignal, aText, expectOptions, listOf, oneOf, type OptionRules } from './host/options.ts';
import { expectSound } from './host/selfTest.ts';
import { encodeGlb, encodePly, type ColoredPoints } from './io/index.ts';
import type { CameraOptions } from './pipeline/camera.ts';
import { Engine, type Reconstruction } from './pipeline/engine.ts';
import type { Photo } from './pipeline/photo.ts';
import type { ChainOptions, StageProgress } from './pipeline/photoTo3d.ts';
import type { ObjectMask, ObjectPrompt } from './pipeline/prompts.ts';

export { UserError } from './host/errors.ts';
export { decodePhoto } from './host/node/image.ts';
export { DeviceError, KernelError, LimitError, ShapeError } from './graph/errors.ts';
export { OptionError } from './pipeline/chainOptions.ts';
export { GridError } from './pipeline/mcc/grid.ts';
export { GeometryError } from './pipeline/seenPoints.ts';
export { PromptError } from './pipeline/sam/prompt.ts';
export { WeightsError } from '../weights/index.ts';
export { depthPreview, depthToMillimeters, encodeGlb, encodePly } from './io/index.ts';
export type { ChainOptions, ColoredPoints, ObjectMask, ObjectPrompt, Photo, Reconstruction, StageProgress };

export interface EngineOptions {
  /**
   * `tiny`, the default: small networks, trained on computer-made objects, that come with the package; `official` or
   * `official:ID,...` for checkpoints that `unflat weights pull` has fetched; a folder with .safetensors, .pth or .pt
   * files; such files separated by commas; or `synthetic:SEED`.
   */
  readonly weights?: string;
  /** Where released checkpoints and converted files are kept; by default the platform's cache. */
  readonly weightsDir?: string;
  /** Networks that will be used; by default all. Released checkpoints of the others need not be there. */
  readonly networks?: readonly Network[];
  /** Configurations that `synthetic` weights are made for; by default small. */
  readonly size?: 'small' | 'full';
  /** Storage of large weights; arithmetic is f32 either way. The sweep in one dispatch keeps f32 weights. */
  readonly precision?: Precision;
  readonly adapter?: AdapterChoice;
  readonly onProgress?: (event: StageProgress) => void;
  /** Gets the time of every dispatch. */
  readonly onProfile?: (times: readonly StepTime[]) => void;
  /** Whether networks stay on the device for the next photo; by default yes. If not, only one is there at a time. */
  readonly keepNetworks?: boolean;
  /** Stops the conversion of files of torch, which happens when they are first used. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionRules<EngineOptions> = {
  weights: aText,
  weightsDir: aText,
  networks: listOf(Object.keys(networkTitles)),
  size: oneOf('small', 'full'),
  precision: oneOf('f32', 'f16'),
  adapter: aText,
  keepNetworks: aFlag,
  onProgress: aFunction,
  onProfile: aFunction,
  signal: aSignal,
};

/** Points that can be saved. */
export class PointCloud implements ColoredPoints {
  constructor(
    /** [n, 3] meters in the photo's camera frame: x right, y down, z forward. */
    readonly xyz: Float32Array,
    /** [n, 3] sRGB bytes. */
    readonly rgb: Uint8Array,
  ) {}

  /**
   * Writes the points whole or not at all, as the name's ending says: .glb (y up) or .ply (the camera's frame).
   * @throws UserError for another ending, or where the file cannot be written
   */
  async save(path: string): Promise<void> {
    if (path.endsWith('.glb')) return writeWhole(path, await encodeGlb(this));
    if (path.endsWith('.ply')) return writeWhole(path, encodePly(this));
    throw new UserError(`${path} ends neither in .glb nor in .ply.`, { hint: 'Choose one of the two formats.' });
  }
}

export type NodeReconstruction = Omit<Reconstruction, 'seen' | 'object'> & {
  readonly seen: PointCloud;
  readonly object: PointCloud;
};

/** A path, the bytes of an image file, or a decoded photo. */
export type PhotoSource = string | Uint8Array | Photo;

const isPhoto = (source: PhotoSource): source is Photo => typeof source === 'object' && 'rgba' in source;

const opened = (source: PhotoSource): Photo | Promise<Photo> => (isPhoto(source) ? source : decodePhoto(source));

/** The engine with Node's files. */
export class NodeEngine {
  constructor(private readonly engine: Engine) {}

  /** Mask of the object that the prompt means. */
  async segment(photo: PhotoSource, options: ObjectPrompt & { signal?: AbortSignal }): Promise<ObjectMask> {
    return this.engine.segment(await opened(photo), options);
  }

  /** Meters for every pixel, [height, width]. */
  async depth(photo: PhotoSource, options: CameraOptions & { signal?: AbortSignal } = {}): Promise<Float32Array> {
    return this.engine.depth(await opened(photo), options);
  }

  /** The object in 3D. */
  async reconstruct(photo: PhotoSource, options: ChainOptions): Promise<NodeReconstruction> {
    const { seen, object, ...rest } = await this.engine.reconstruct(await opened(photo), options);
    return { ...rest, seen: new PointCloud(seen.xyz, seen.rgb), object: new PointCloud(object.xyz, object.rgb) };
  }

  /** Adapter, precision, weights and seconds of each stage. */
  describe(): ReturnType<Engine['describe']> {
    return this.engine.describe();
  }

  /** Frees the device; the process can exit. Create, dispose, create works. */
  dispose(): void {
    this.engine.dispose();
  }
}

/**
 * Opens weights and device.
 * @throws OptionError for an option that is not known or cannot be, UserError without an adapter, WeightsError if the weights do not fit, LimitError or DeviceError if the adapter
 *   does not suffice or does not compute what it should in f16
 */
export async function createEngine(options: EngineOptions = {}): Promise<NodeEngine> {
  expectOptions('createEngine', options, OPTIONS);
  const { precision = 'f32', onProgress, onProfile, keepNetworks, weightsDir, networks, signal } = options;
  const weights = await openWeights(options.weights ?? BUNDLED, presets[options.size ?? 'small'], {
    ...{ weightsDir, networks, signal },
    onProgress: (event) => onProgress?.(inMegabytes(event)),
  });
  try {
    const { adapter, wait, release } = await requestNodeAdapter(options.adapter ?? 'auto');
    try {
      const device = await Device.create(adapter, { wait, precision });
      if (precision === 'f16') await expectSound(device);
      const onDispose = (): void => {
        release();
        void weights.close();
      };
      return new NodeEngine(
        new Engine({ device, weights: weights.set, onProgress, onProfile, keepNetworks, onDispose }),
      );
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    await weights.close();
    throw error;
  }
}
