/**
 * Watches the devices that WebGPU gives from now on: tells what an engine asks of its device, and loses devices. It works in Node
 * and in browsers.
 */

/** Calls that allocate, build or run. */
const ON_DEVICE = ['createBuffer', 'createTexture', 'createComputePipelineAsync'] as const;
const ON_QUEUE = ['writeBuffer', 'writeTexture', 'submit', 'onSubmittedWorkDone'] as const;

type Name = (typeof ON_DEVICE | typeof ON_QUEUE)[number];

type Method = (...args: unknown[]) => unknown;

export class WatchedGpu {
  /** Devices that were given. */
  private readonly devices: GPUDevice[] = [];
  /** The device that is watched: the first one, and after its loss the next. The others make machine code. */
  private main: GPUDevice | undefined;
  private readonly original = GPUAdapter.prototype.requestDevice;

  /** @param onCall called before each call of the watched device */
  constructor(private readonly onCall: (name: Name) => void) {
    const { original } = this;
    const watch = (device: GPUDevice): GPUDevice => this.watch(device);
    GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, ...args) {
      return watch(await original.apply(this, args));
    };
  }

  /** Loses all devices, as a driver that is reset does. */
  lose(): void {
    for (const device of this.devices.splice(0)) device.destroy();
    this.main = undefined;
  }

  /** Watches no further devices. */
  end(): void {
    GPUAdapter.prototype.requestDevice = this.original;
  }

  private watch(device: GPUDevice): GPUDevice {
    this.devices.push(device);
    if (this.main) return device;
    this.main = device;
    for (const name of ON_DEVICE) this.tell(device, name);
    for (const name of ON_QUEUE) this.tell(device.queue, name);
    return device;
  }

  private tell(target: object, name: Name): void {
    const methods = target as Record<string, Method>;
    const method = methods[name].bind(target);
    methods[name] = (...args) => {
      this.onCall(name);
      return method(...args);
    };
  }
}
