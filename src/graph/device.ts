/** A WebGPU device whose failures are exceptions, and the kernel target that belongs to it. */
import {
  adapterClass,
  BASELINE,
  PREFERENCES,
  type AdapterClass,
  type Precision,
  type Target,
} from '../kernels/target.ts';
import { DeviceError, LimitError } from './errors.ts';

/** Waits for a GPU promise. Hosts supply it: in Node a bare `await` would take a core from a software driver. */
export type Wait = <T>(promise: Promise<T>) => Promise<T>;

export interface DeviceOptions {
  readonly wait: Wait;
  readonly precision?: Precision;
  /** Overrides the preferred variants of kernels and the limits they see, for tests and benchmarks. */
  readonly target?: Partial<Target>;
  /** Limits to request instead of the adapter's own (they may only be lower). */
  readonly limits?: Readonly<Record<string, number>>;
  /** Features not to use even where the adapter has them. */
  readonly without?: readonly string[];
  /** Milliseconds that one submission should take. */
  readonly submissionMs?: number;
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

/** What the engine cannot run without; WebGPU guarantees it, a restricted device may not. */
const NEEDED: Readonly<Record<string, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxStorageBufferBindingSize: 2 ** 20,
};

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render|warp/i;

/** Whether an adapter computes on the processor. */
export const isSoftware = (info: GPUAdapterInfo): boolean =>
  info.isFallbackAdapter === true ||
  SOFTWARE.test(`${info.description} ${info.device} ${info.architecture} ${info.vendor}`);

/** What people call an adapter. Browsers keep its description back, and give vendor, architecture and sometimes the device. */
export function adapterName({ description, vendor, architecture, device }: GPUAdapterInfo): string {
  const parts = [vendor, architecture, device].filter((part) => part !== '');
  return description || parts.join(' ') || 'an adapter without a name';
}

export class Device {
  private failure: Error | undefined;
  private disposed = false;
  /** Ends every wait that is under way. */
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly gpu: GPUDevice,
    readonly info: GPUAdapterInfo,
    readonly adapterClass: AdapterClass,
    readonly target: Target,
    readonly submissionMs: number,
    private readonly hostWait: Wait,
  ) {
    gpu.addEventListener('uncapturederror', (event) => {
      this.failure ??= new DeviceError(`WebGPU reported: ${event.error.message}`);
    });
    void gpu.lost.then((lost) => {
      if (this.disposed) return;
      this.failure = new DeviceError(
        `The device was lost (${lost.reason}): ${lost.message || 'no reason given'}.\n` +
          '  Create a new engine; if it happens again, use a coarser granularity or a smaller configuration.',
      );
      for (const leave of this.waiting) leave();
    });
  }

  /**
   * @throws LimitError if the adapter offers less than the engine needs, DeviceError if it gives no device
   */
  static async create(adapter: GPUAdapter, options: DeviceOptions): Promise<Device> {
    const requiredLimits: Record<string, number> = {};
    for (const name of LIMITS) {
      const offered = adapter.limits[name];
      requiredLimits[name] = Math.min(offered, options.limits?.[name] ?? offered);
    }
    for (const [name, least] of Object.entries(NEEDED)) {
      if (requiredLimits[name] < least) {
        throw new LimitError(
          `The adapter "${adapterName(adapter.info)}" has ${name} = ${requiredLimits[name]}; at least ${least} is needed.\n` +
            '  Choose another adapter (--adapter), or update its driver.',
        );
      }
    }
    const features = FEATURES.filter((f) => adapter.features.has(f) && !options.without?.includes(f));
    let gpu: GPUDevice;
    try {
      gpu = await options.wait(adapter.requestDevice({ requiredFeatures: [...features], requiredLimits }));
    } catch (error) {
      throw new DeviceError(`The adapter "${adapterName(adapter.info)}" gave no device: ${(error as Error).message}`);
    }
    const info = adapter.info;
    const subgroups = features.includes('subgroups');
    const subgroupMinSize = subgroups ? (info.subgroupMinSize ?? 0) : 0;
    const subgroupMaxSize = subgroups ? (info.subgroupMaxSize ?? 0) : 0;
    const kind = adapterClass({ software: isSoftware(info), subgroupMinSize, subgroupMaxSize });
    const target: Target = {
      ...BASELINE,
      ...PREFERENCES[kind],
      precision: options.precision ?? 'f32',
      maxBindingBytes: gpu.limits.maxStorageBufferBindingSize,
      maxWorkgroupBytes: gpu.limits.maxComputeWorkgroupStorageSize,
      maxInvocations: gpu.limits.maxComputeInvocationsPerWorkgroup,
      subgroupMinSize,
      subgroupMaxSize,
      ...options.target,
    };
    return new Device(gpu, info, kind, target, options.submissionMs ?? 100, options.wait);
  }

  get hasTimestamps(): boolean {
    return this.gpu.features.has('timestamp-query');
  }

  /** Waits for a GPU promise, then throws what the device has reported meanwhile. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    // When the device's own failure ends the wait, nobody is left to handle the promise's.
    promise.catch(() => undefined);
    this.check();
    // Some drivers never settle what was pending when the device was lost: losing it must end the wait.
    let leave: () => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      leave = () => reject(this.failure ?? new DeviceError('The device was lost.'));
      this.waiting.add(leave);
    });
    try {
      const result = await this.hostWait(Promise.race([promise, lost]));
      this.check();
      return result;
    } catch (error) {
      // A map or a submission that fails because the device failed says less than the device itself did.
      throw this.failure ?? error;
    } finally {
      this.waiting.delete(leave);
    }
  }

  /** @throws the first error that the device reported, if any */
  check(): void {
    if (this.disposed) throw new DeviceError('The device was disposed; create a new engine.');
    if (this.failure) throw this.failure;
  }

  /**
   * Runs `body`, which creates GPU objects, and throws what WebGPU says about it. `body` starts at once.
   * @param what named in the error: what is made, and its bytes where it takes memory
   * @param body passes the buffers and textures that it makes through `own`; they are destroyed if anything fails
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
    // Popped in one go: scopes are a stack, and the last one pushed is the first one popped.
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

  /** Ends all use of the device. Buffers and textures of it are gone. */
  dispose(): void {
    this.disposed = true;
    this.gpu.destroy();
  }
}
