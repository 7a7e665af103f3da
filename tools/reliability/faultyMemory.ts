/** Makes a device fail to allocate, and say so as WebGPU does. Software adapters have too much memory to use up. */
import type { Device } from '../../src/graph/device.ts';

/** What the device is asked for. */
export interface Allocation {
  /** Number of the allocation, from 1 on. */
  readonly number: number;
  /** Name of a buffer or a texture; of a pipeline, its kernel and constants. */
  readonly label: string;
  readonly bytes: number;
  /** Bytes of the buffers and textures that were made before and are not destroyed. */
  readonly used: number;
}

export interface FaultyMemory {
  /** Bytes of the buffers and textures that were made since and are not destroyed. */
  used(): number;
  /** Number of these buffers and textures. */
  live(): number;
  /** Makes the device sound again. What was made before still counts when it is destroyed. */
  restore(): void;
}

const textureBytes = ({ size }: GPUTextureDescriptor): number => {
  const [width, height] = size as readonly number[];
  return 16 * width * height;
};

/**
 * From now on, some buffers, textures and pipelines cannot be made. A buffer or a texture is then an invalid object, and the innermost
 * scope for out-of-memory errors gets an error; the promise of a pipeline rejects.
 * @param fails whether an allocation fails; pipelines have 0 bytes
 */
export function faultyMemory({ gpu }: Device, fails: (allocation: Allocation) => boolean): FaultyMemory {
  const scopes: { readonly filter: GPUErrorFilter; error: GPUError | null }[] = [];
  let [used, live, count] = [0, 0, 0];
  const original = {
    pushErrorScope: gpu.pushErrorScope.bind(gpu),
    popErrorScope: gpu.popErrorScope.bind(gpu),
    createBuffer: gpu.createBuffer.bind(gpu),
    createTexture: gpu.createTexture.bind(gpu),
    createComputePipelineAsync: gpu.createComputePipelineAsync.bind(gpu),
  };
  const isFailing = (label = '', bytes = 0): boolean => fails({ number: ++count, label, bytes, used });

  /** Makes an object and counts it until it is destroyed, or makes an invalid one. */
  const make = <R extends { destroy(): undefined }>(
    label: string | undefined,
    bytes: number,
    valid: () => R,
    invalid: () => R,
  ): R => {
    if (isFailing(label, bytes)) {
      const scope = scopes.findLast(({ filter }) => filter === 'out-of-memory');
      if (!scope) throw new Error(`Nobody asks whether there is memory for "${label}".`);
      scope.error = { message: 'out of memory' };
      return invalid();
    }
    used += bytes;
    live++;
    const resource = valid();
    const destroy = resource.destroy.bind(resource);
    resource.destroy = () => {
      used -= bytes;
      live--;
      resource.destroy = destroy;
      return destroy();
    };
    return resource;
  };

  Object.assign(gpu, {
    pushErrorScope: (filter: GPUErrorFilter) => {
      scopes.push({ filter, error: null });
      return original.pushErrorScope(filter);
    },
    popErrorScope: async () => {
      const error = scopes.pop()?.error;
      const reported = await original.popErrorScope();
      return error ?? reported;
    },
    // An object without usages is invalid, as one without memory is.
    createBuffer: (descriptor: GPUBufferDescriptor) =>
      make(
        descriptor.label,
        descriptor.size,
        () => original.createBuffer(descriptor),
        () => original.createBuffer({ ...descriptor, usage: 0 }),
      ),
    createTexture: (descriptor: GPUTextureDescriptor) =>
      make(
        descriptor.label,
        textureBytes(descriptor),
        () => original.createTexture(descriptor),
        () => original.createTexture({ ...descriptor, usage: 0 }),
      ),
    createComputePipelineAsync: (descriptor: GPUComputePipelineDescriptor) =>
      isFailing(`${descriptor.label} ${JSON.stringify(descriptor.compute.constants)}`)
        ? Promise.reject(new Error('out of memory'))
        : original.createComputePipelineAsync(descriptor),
  });
  return { used: () => used, live: () => live, restore: () => void Object.assign(gpu, original) };
}
