/** How much memory a piece of work takes, at most. */

/** Counts the buffers and textures of a device from now on. */
export interface MemoryMeter {
  /** Most bytes at once on the device since the last `reset`. */
  readonly peakDeviceBytes: number;
  /** Most bytes resident in this process since the last `reset`, sampled. A software adapter's memory is among them. */
  readonly peakProcessBytes: number;
  reset(): void;
  dispose(): void;
}

const SAMPLING_MS = 20;
/** Bytes of a texel in the formats that the engine uses. */
const TEXEL_BYTES = 16;

/** @param gpu its `createBuffer` and `createTexture` are watched until the meter is disposed */
export function meterMemory(gpu: GPUDevice): MemoryMeter {
  let [held, peak, resident] = [0, 0, 0];
  const count = <T extends GPUBuffer | GPUTexture>(resource: T, bytes: number): T => {
    held += bytes;
    peak = Math.max(peak, held);
    let left = bytes;
    const { destroy } = resource;
    resource.destroy = () => {
      held -= left;
      left = 0;
      destroy.call(resource);
    };
    return resource;
  };
  const { createBuffer, createTexture } = gpu;
  gpu.createBuffer = (descriptor) => count(createBuffer.call(gpu, descriptor), descriptor.size);
  gpu.createTexture = (descriptor) => {
    const texture = createTexture.call(gpu, descriptor);
    return count(texture, texture.width * texture.height * texture.depthOrArrayLayers * TEXEL_BYTES);
  };
  const sample = (): void => {
    resident = Math.max(resident, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, SAMPLING_MS);
  return {
    get peakDeviceBytes() {
      return peak;
    },
    get peakProcessBytes() {
      sample();
      return resident;
    },
    reset() {
      peak = held;
      resident = 0;
      sample();
    },
    dispose() {
      clearInterval(timer);
      gpu.createBuffer = createBuffer;
      gpu.createTexture = createTexture;
    },
  };
}
