/** Makes a device report out-of-memory errors as WebGPU does. Software adapters have too much memory to use up in a test. */
import { vi } from 'vitest';
import type { Device } from '../../src/graph/device.ts';

export interface SmallMemory {
  /** Bytes of the buffers and textures that were created since and not destroyed. */
  used(): number;
  /** Gives the device its memory back. */
  restore(): void;
}

const textureBytes = ({ size }: GPUTextureDescriptor): number => {
  const [width, height] = size as readonly number[];
  return 16 * width * height;
};

/**
 * From now on buffers and textures may take `bytes` together. One too many is an invalid object, and the innermost scope
 * for out-of-memory errors gets an error.
 */
export function limitMemory({ gpu }: Device, bytes: number): SmallMemory {
  const scopes: { filter: GPUErrorFilter; error: GPUError | null }[] = [];
  let used = 0;
  const pushErrorScope = gpu.pushErrorScope.bind(gpu);
  const popErrorScope = gpu.popErrorScope.bind(gpu);
  const createBuffer = gpu.createBuffer.bind(gpu);
  const createTexture = gpu.createTexture.bind(gpu);

  /** Makes an object, or an invalid one, and counts its bytes until it is destroyed. */
  const make = <R extends { destroy(): undefined }>(size: number, valid: () => R, invalid: () => R): R => {
    if (used + size > bytes) {
      const scope = scopes.findLast(({ filter }) => filter === 'out-of-memory');
      if (scope) scope.error = { message: 'out of memory' };
      return invalid();
    }
    used += size;
    const resource = valid();
    const destroy = resource.destroy.bind(resource);
    const spy = vi.spyOn(resource as { destroy(): undefined }, 'destroy').mockImplementation(() => {
      used -= size;
      spy.mockRestore();
      return destroy();
    });
    return resource;
  };

  const spies = [
    vi.spyOn(gpu, 'pushErrorScope').mockImplementation((filter) => {
      scopes.push({ filter, error: null });
      return pushErrorScope(filter);
    }),
    vi.spyOn(gpu, 'popErrorScope').mockImplementation(async () => {
      const error = scopes.pop()?.error;
      const reported = await popErrorScope();
      return error ?? reported;
    }),
    // An object without usages is invalid, as one without memory is.
    vi.spyOn(gpu, 'createBuffer').mockImplementation((descriptor) =>
      make(
        descriptor.size,
        () => createBuffer(descriptor),
        () => createBuffer({ ...descriptor, usage: 0 }),
      ),
    ),
    vi.spyOn(gpu, 'createTexture').mockImplementation((descriptor) =>
      make(
        textureBytes(descriptor),
        () => createTexture(descriptor),
        () => createTexture({ ...descriptor, usage: 0 }),
      ),
    ),
  ];
  return {
    used: () => used,
    restore: () => spies.forEach((spy) => spy.mockRestore()),
  };
}
