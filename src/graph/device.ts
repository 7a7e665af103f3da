/** A WebGPU device whose failures are exceptions, and the kernel target that belongs to it. */
import {
  adapterClass,
  BASELINE,
  PREFERENCES,
  type AdapterClass,
  type Precision,
  type Target,
} from '../kernels/target.ts';
import { DeviceMemory } from './deviceMemory.ts';
import { DeviceError, LimitError } from './errors.ts';
import { matrixFeatures, matrixUnitOf } from './matrixUnit.ts';

/** Waits for a GPU promise. The host supplies it: in Node, a plain `await` would take a core from a software driver. */
export type Wait = <T>(promise: Promise<T>) => Promise<T>;

export interface DeviceOptions {
  readonly wait: Wait;
  readonly precision?: Precision;
  /** Overrides the kernels' preferred variants and the limits that kernels see. For tests and benchmarks. */
  readonly target?: Partial<Target>;
  /** Limits to request in place of the adapter's. They may only be lower. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Features that are not requested even if the adapter has them. */
  readonly without?: readonly string[];
  /** Milliseconds that one submission should take; 100 by default. */
  readonly submissionMs?: number;
  /** Bytes that all buffers and textures together may take; no bound by default. */
  readonly maxMemory?: number;
  /** Gives the adapter again, for so many further devices that make machine code (machineCode.ts); by default there are none. */
  readonly spare?: SpareAdapter;
  /** Called once when the device is disposed, so that the host can release the adapter. */
  readonly onDispose?: () => void;
}

/** An adapter that can be requested again: an adapter gives one device. */
export interface SpareAdapter {
  /** Number of further devices that are of use. */
  readonly count: number;
  request(): Promise<GPUAdapter | null>;
}

interface Destroyable {
  destroy(): void;
}

/** Hands a resource over to `Device.guarded` and returns it. */
type Own = <R extends Destroyable>(resource: R) => R;

const FEATURES = ['subgroups', 'timestamp-query'] as const;
const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxStorageBuffersPerShaderStage',
  'maxTextureDimension2D',
] as const;

/** Minimum limits of the engine. WebGPU guarantees them; a device with lower requested limits may lack them. */
const NEEDED: Readonly<Record<string, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxStorageBufferBindingSize: 2 ** 20,
};

/** Bytes of a texel in the engine's formats, rgba32float and rgba32uint. */
const TEXEL_BYTES = 16;

/** Milliseconds within which a loss is told, after what was pending has failed. */
const LOSS_IS_TOLD_MS = 50;

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render|warp/i;

/** Whether an adapter computes on the CPU. */
export const isSoftware = (info: GPUAdapterInfo): boolean =>
  info.isFallbackAdapter === true ||
  SOFTWARE.test(`${info.description} ${info.device} ${info.architecture} ${info.vendor}`);

/** A readable name of an adapter. Browsers hide the description; there the name is vendor, architecture and device. */
export function adapterName({ description, vendor, architecture, device }: GPUAdapterInfo): string {
  const parts = [vendor, architecture, device].filter((part) => part !== '');
  return description || parts.join(' ') || 'an adapter without a name';
}

/** What an adapter or a device tells about itself. */
export type AdapterDescription = Pick<GPUAdapter, 'info' | 'limits' | 'features'>;

function subgroupSizes({ info, features }: AdapterDescription): Pick<Target, 'subgroupMinSize' | 'subgroupMaxSize'> {
  if (!features.has('subgroups')) return { subgroupMinSize: 0, subgroupMaxSize: 0 };
  return { subgroupMinSize: info.subgroupMinSize ?? 0, subgroupMaxSize: info.subgroupMaxSize ?? 0 };
}

const classOf = (adapter: AdapterDescription): AdapterClass =>
  adapterClass({ software: isSoftware(adapter.info), ...subgroupSizes(adapter) });

/** The target of kernels on an adapter or a device. */
export function targetOf(adapter: AdapterDescription, precision: Precision = 'f32'): Target {
  const { limits } = adapter;
  return {
    ...BASELINE,
    ...PREFERENCES[classOf(adapter)],
    precision,
    matrix: matrixUnitOf(adapter, precision),
    maxBindingBytes: limits.maxStorageBufferBindingSize,
    maxWorkgroupBytes: limits.maxComputeWorkgroupStorageSize,
    maxInvocations: limits.maxComputeInvocationsPerWorkgroup,
    ...subgroupSizes(adapter),
  };
}

/** A limit that is below the engine's minimum; undefined if none is. */
export function lowLimit(limits: object): { name: string; value: number; min: number } | undefined {
  for (const [name, min] of Object.entries(NEEDED)) {
    const value = (limits as Readonly<Record<string, number>>)[name];
    if (value < min) return { name, value, min };
  }
  return undefined;
}

const disposed = (): DeviceError => new DeviceError('The device was disposed; create a new engine.');

export class Device {
  /** Resolves when the device is lost; never when it is disposed. */
  readonly lost: Promise<DeviceError>;
  private firstFailure: DeviceError | undefined;
  private disposed = false;
  /** Functions that each end one pending wait. */
  private readonly waiting = new Set<() => void>();
  private readonly twins: GPUDevice[] = [];

  private constructor(
    readonly gpu: GPUDevice,
    readonly info: GPUAdapterInfo,
    readonly adapterClass: AdapterClass,
    private kernelTarget: Target,
    /** Milliseconds that one submission should take. A change counts from the next submission on, also during a run. */
    public submissionMs: number,
    private readonly hostWait: Wait,
    readonly memory: DeviceMemory,
    /** Number of twins that are of use. */
    readonly twinCount: number,
    private readonly openTwin: () => Promise<GPUDevice | undefined>,
    private readonly onDispose: (() => void) | undefined,
  ) {
    gpu.addEventListener('uncapturederror', (event) => {
      this.firstFailure ??= new DeviceError(`WebGPU reported: ${event.error.message}`);
    });
    this.lost = new Promise((resolve) => {
      void gpu.lost.then((lost) => {
        if (this.disposed) return;
        const failure = new DeviceError(
          `The device was lost (${lost.reason}): ${lost.message.trim().replace(/\.$/, '') || 'no reason given'}.\n` +
            '  Create a new engine; if it happens again, use a coarser granularity or a smaller configuration.',
        );
        this.firstFailure = failure;
        for (const leave of this.waiting) leave();
        resolve(failure);
      });
    });
  }

  /**
   * Requests a device and derives the kernels' target from it.
   * @throws LimitError if a limit of the adapter is below the engine's minimum; DeviceError if the request fails
   */
  static async create(adapter: GPUAdapter, options: DeviceOptions): Promise<Device> {
    const requiredLimits: Record<string, number> = {};
    for (const name of LIMITS) {
      const offered = adapter.limits[name];
      requiredLimits[name] = Math.min(offered, options.limits?.[name] ?? offered);
    }
    const low = lowLimit(requiredLimits);
    if (low) {
      throw new LimitError(
        `The adapter "${adapterName(adapter.info)}" has ${low.name} = ${low.value}; at least ${low.min} is needed.\n` +
          '  Choose another adapter (--adapter), or update its driver.',
      );
    }
    const { precision = 'f32' } = options;
    const wanted = [...FEATURES, ...(precision === 'f16' ? ['shader-f16'] : []), ...matrixFeatures(adapter, precision)];
    const features = [...new Set(wanted)].filter((f) => adapter.features.has(f) && !options.without?.includes(f));
    const request = (from: GPUAdapter): Promise<GPUDevice> =>
      options.wait(from.requestDevice({ requiredFeatures: features as GPUFeatureName[], requiredLimits }));
    const twin = async (): Promise<GPUDevice | undefined> => {
      const other = await options.spare?.request();
      return other ? request(other) : undefined;
    };
    let gpu: GPUDevice;
    try {
      gpu = await request(adapter);
    } catch (error) {
      throw new DeviceError(`The adapter "${adapterName(adapter.info)}" gave no device: ${(error as Error).message}`);
    }
    const info = adapter.info;
    const { limits, features: granted } = gpu;
    const target = { ...targetOf({ info, limits, features: granted }, precision), ...options.target };
    const kind = classOf({ info, limits, features: granted });
    const memory = new DeviceMemory(options.maxMemory);
    const { submissionMs = 100, wait, spare, onDispose } = options;
    return new Device(gpu, info, kind, target, submissionMs, wait, memory, spare?.count ?? 0, twin, onDispose);
  }

  /** Creates a buffer whose memory counts. @throws LimitError if it exceeds the bound of the device's memory */
  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    const { label = 'A buffer', size } = descriptor;
    this.memory.expectRoom(label, size);
    return this.memory.count(this.gpu.createBuffer(descriptor), size);
  }

  /** Creates a texture whose memory counts. @throws as `createBuffer` */
  createTexture(descriptor: GPUTextureDescriptor): GPUTexture {
    const { label = 'A texture', size } = descriptor;
    const [width, height = 1] = size as number[];
    const bytes = width * height * TEXEL_BYTES;
    this.memory.expectRoom(label, bytes);
    return this.memory.count(this.gpu.createTexture(descriptor), bytes);
  }

  /** Waits for all work, after which the memory of destroyed buffers and textures is the system's again. */
  async settle(): Promise<void> {
    this.gpu.queue.submit([]);
    await this.wait(this.gpu.queue.onSubmittedWorkDone());
  }

  /** What kernels may rely on. */
  get target(): Target {
    return this.kernelTarget;
  }

  /**
   * Lets kernels use the device's matrix instructions from now on, or keeps them from it.
   * @param refused why they must not: a plain sentence without its full stop; `undefined` after the self-test has passed
   */
  settleMatrix(refused: string | undefined): void {
    const { matrix } = this.kernelTarget;
    if (typeof matrix !== 'string') this.kernelTarget = { ...this.kernelTarget, matrix: { ...matrix, refused } };
  }

  /** The loss of the device, or the first error that it has reported on its own: it is of no use any more. */
  get failure(): DeviceError | undefined {
    return this.firstFailure;
  }

  get hasTimestamps(): boolean {
    return this.gpu.features.has('timestamp-query');
  }

  /** Waits for a GPU promise. @throws the first error that the device has reported until then */
  async wait<T>(promise: Promise<T>): Promise<T> {
    // If the loss of the device ends the wait, a later rejection of the promise has no handler but this one.
    promise.catch(() => undefined);
    this.check();
    // Some drivers never settle promises that were pending when the device was lost, so the loss itself ends the wait.
    let leave: () => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      leave = () => reject(this.failure ?? disposed());
      this.waiting.add(leave);
    });
    try {
      const result = await this.hostWait(Promise.race([promise, lost]));
      this.check();
      return result;
    } catch (error) {
      // If the device failed, its own error says more than that of the map or submission.
      throw this.failure ?? error;
    } finally {
      this.waiting.delete(leave);
    }
  }

  /** @throws the first error that the device reported, if any */
  check(): void {
    if (this.disposed) throw disposed();
    if (this.failure) throw this.failure;
  }

  /**
   * Runs `body`, which creates GPU objects, and throws the errors that WebGPU reports about them. `body` starts at
   * once.
   * @param what names the objects in errors, with their size in bytes where they take memory
   * @param body passes the buffers and textures that it creates through `own`; they are destroyed if anything fails
   * @throws LimitError when the device is out of memory; DeviceError
   */
  async guarded<T>(what: string, body: (own: Own) => T | Promise<T>): Promise<T> {
    this.check();
    this.gpu.pushErrorScope('out-of-memory');
    this.gpu.pushErrorScope('validation');
    this.gpu.pushErrorScope('internal');
    let result: T | undefined;
    let thrown: unknown;
    const owned: Destroyable[] = [];
    const own: Own = (resource) => {
      owned.push(resource);
      return resource;
    };
    try {
      result = await body(own);
    } catch (error) {
      thrown = error ?? new Error('unknown failure');
    }
    // All scopes are popped before the first wait. They are a stack: the last one pushed is popped first.
    const scopes = [this.gpu.popErrorScope(), this.gpu.popErrorScope(), this.gpu.popErrorScope()];
    const [internal, validation, memory] = await this.wait(Promise.all(scopes));
    const error = validation ?? internal;
    if (memory) {
      thrown = new LimitError(
        `${what}: the device is out of memory.\n` +
          '  Use a smaller photo or configuration, keep fewer networks loaded, or close other programs.',
      );
    } else if (error) thrown = new DeviceError(`${what}: ${error.message}`);
    if (thrown === undefined) return result as T;
    for (const resource of owned) resource.destroy();
    throw thrown as Error;
  }

  /**
   * Another device of the adapter, with the same features and limits and a queue of its own. It lives as long as this device.
   * @returns undefined if the host gives the adapter once only, or the adapter gives no second device
   */
  async twin(): Promise<GPUDevice | undefined> {
    const made = await this.openTwin().catch(() => undefined);
    if (!made) return undefined;
    this.twins.push(made);
    if (this.disposed) made.destroy();
    return made;
  }

  /** The loss of the device; undefined if it is not lost. What was pending may fail before the loss is told, so it is waited for shortly. */
  loss(): Promise<DeviceError | undefined> {
    const soon = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), LOSS_IS_TOLD_MS));
    return Promise.race([this.lost, soon]);
  }

  /** Destroys the device with all its buffers and textures. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    for (const gpu of [this.gpu, ...this.twins]) gpu.destroy();
    for (const leave of this.waiting) leave();
    this.onDispose?.();
  }
}
