/** Makes a device report out-of-memory errors as WebGPU does. */
import type { Device } from '../../src/graph/device.ts';
import { faultyMemory, type FaultyMemory } from '../../tools/reliability/faultyMemory.ts';

/** From now on buffers and textures may take `bytes` together. */
export const limitMemory = (device: Device, bytes: number): FaultyMemory =>
  faultyMemory(device, (wanted) => wanted.used + wanted.bytes > bytes);
