/** Measures the peak memory of a piece of work. */

/** Counts the buffers and textures that a device creates while the meter lives. */
export interface MemoryMeter {
  /** Peak of bytes on the device since the last `reset`. */
  readonly peakDeviceBytes: number;
  /** Peak of this process's resident bytes since the last `reset`, sampled. It includes a software adapter's memory. */
  readonly peakProcessBytes: number;
  reset(): void;
  dispose(): void;
}

const SAMPLING_MS = 20;
/** Bytes of a texel in the engine's formats, rgba32float and rgba32uint. */
const TEXEL_BYTES = 16;

/** @param gpu the meter replaces its `createBuffer` and `createTexture` until it is disposed */
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
