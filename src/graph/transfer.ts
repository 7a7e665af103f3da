/** Moving values between host memory and the device. */
import type { DType } from '../kernels/dispatch.ts';
import { FLAT_WIDTH, flatRows } from '../kernels/dispatch.ts';
import { size } from '../kernels/check.ts';
import type { Device } from './device.ts';
import { LimitError } from './errors.ts';
import { Lifetime } from './lifetime.ts';

export type HostArray = Float32Array | Uint32Array | Int32Array;

/** Bytes of a buffer for `elements` four-byte elements, rounded up to whole vec4s: kernels may read it as vec4. */
export const bufferBytes = (elements: number): number => Math.max(16, Math.ceil(elements / 4) * 16);

/** Usage flags as numbers: Node has no global `GPUBufferUsage` until the host makes one. */
const STORAGE = 0x80 | 0x04 | 0x08; // STORAGE | COPY_SRC | COPY_DST
const READBACK = 0x01 | 0x08; // MAP_READ | COPY_DST
const TEXTURE = 0x02 | 0x08; // COPY_DST | STORAGE_BINDING

const SMALLER = 'Use a smaller photo, a smaller configuration or another adapter.';

/** @throws LimitError if the buffer is larger than the device allows */
export function storageBuffer(device: Device, label: string, bytes: number): GPUBuffer {
  const max = device.gpu.limits.maxBufferSize;
  if (bytes > max) {
    throw new LimitError(`${label} needs a buffer of ${bytes} bytes; this device allows ${max}. ${SMALLER}`);
  }
  return device.gpu.createBuffer({ label, size: bytes, usage: STORAGE });
}

/** @throws LimitError if the texture has more rows than the device allows */
export function flatTexture(device: Device, label: string, elements: number, format: GPUTextureFormat): GPUTexture {
  const height = flatRows(elements);
  const max = device.gpu.limits.maxTextureDimension2D;
  if (height > max) {
    throw new LimitError(`${label} needs a texture of ${height} rows; this device allows ${max}. ${SMALLER}`);
  }
  return device.gpu.createTexture({ label, size: [FLAT_WIDTH, height], format, usage: TEXTURE });
}

/** Writes a packed constant into a flat texture. */
export function writeFlat(device: Device, texture: GPUTexture, data: HostArray): void {
  const perRow = 4 * FLAT_WIDTH;
  const whole = Math.floor(data.length / perRow);
  const write = (from: number, y: number, width: number, height: number): void => {
    if (width === 0 || height === 0) return;
    const bytes = width * height * 16;
    const view = new Uint8Array(
      data.buffer as ArrayBuffer,
      data.byteOffset + from * 4,
      Math.min(bytes, (data.length - from) * 4),
    );
    device.gpu.queue.writeTexture({ texture, origin: [0, y] }, view, { bytesPerRow: FLAT_WIDTH * 16 }, [width, height]);
  };
  write(0, 0, FLAT_WIDTH, whole);
  const rest = data.length - whole * perRow;
  if (rest % 4 !== 0) throw new Error('a packed constant must hold whole vec4s');
  write(whole * perRow, whole, rest / 4, 1);
}

/**
 * Copies the first `elements` of a buffer into a flat texture.
 * @param at the first element written, a multiple of 4; copies of more than one row start at a row
 */
export function copyToFlat(
  encoder: GPUCommandEncoder,
  buffer: GPUBuffer,
  texture: GPUTexture,
  elements: number,
  at: number,
): void {
  let texels = Math.ceil(elements / 4);
  let from = 0;
  let texel = at / 4;
  while (texels > 0) {
    const x = texel % FLAT_WIDTH;
    const y = Math.floor(texel / FLAT_WIDTH);
    const rows = x === 0 ? Math.floor(texels / FLAT_WIDTH) : 0;
    const [width, height] = rows > 0 ? [FLAT_WIDTH, rows] : [Math.min(texels, FLAT_WIDTH - x), 1];
    encoder.copyBufferToTexture(
      { buffer, offset: from * 16, bytesPerRow: FLAT_WIDTH * 16, rowsPerImage: height },
      { texture, origin: [x, y] },
      [width, height],
    );
    texels -= width * height;
    texel += width * height;
    from += width * height;
  }
}

const arrayOf = { f32: Float32Array, u32: Uint32Array, i32: Int32Array } as const;

/** Buffers for reading back, kept by size so that a second read allocates nothing. */
export class Readback {
  private readonly free = new Map<number, GPUBuffer>();

  constructor(readonly device: Device) {}

  /**
   * The first `size(shape)` elements of a buffer, as they are when it is called.
   * @throws DeviceError, never zeros, when the device fails; LimitError when it is out of memory
   */
  async read(buffer: GPUBuffer, shape: readonly number[], dtype: DType): Promise<HostArray> {
    const elements = size({ shape });
    const bytes = bufferBytes(elements);
    const { gpu } = this.device;
    const copied = (staging: GPUBuffer): GPUBuffer => {
      copyBuffer(this.device, buffer, staging, bytes);
      return staging;
    };
    const kept = this.free.get(bytes);
    this.free.delete(bytes);
    const staging = kept
      ? copied(kept)
      : await this.device.guarded(`Reading back of ${bytes} bytes`, (own) =>
          copied(own(gpu.createBuffer({ label: 'readback', size: bytes, usage: READBACK }))),
        );
    await this.device.wait(staging.mapAsync(0x01));
    const data = new arrayOf[dtype](staging.getMappedRange().slice(0, elements * 4));
    staging.unmap();
    this.free.get(bytes)?.destroy();
    this.free.set(bytes, staging);
    return data;
  }

  duplicate(buffer: GPUBuffer): GPUBuffer {
    const { gpu } = this.device;
    const copy = storageBuffer(this.device, 'copy', buffer.size);
    const encoder = gpu.createCommandEncoder({ label: 'copy' });
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    gpu.queue.submit([encoder.finish()]);
    return copy;
  }

  dispose(): void {
    for (const buffer of this.free.values()) buffer.destroy();
    this.free.clear();
  }
}

/** Copies the first `bytes` of a buffer, in the order of submissions. */
function copyBuffer(device: Device, from: GPUBuffer, to: GPUBuffer, bytes: number): void {
  const encoder = device.gpu.createCommandEncoder({ label: 'copy' });
  encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
  device.gpu.queue.submit([encoder.finish()]);
}

/** A value on the device, valid until the plan that made it runs again or is disposed. */
export class DeviceTensor {
  constructor(
    /** For errors. */
    readonly name: string,
    protected readonly memory: GPUBuffer,
    readonly shape: readonly number[],
    readonly dtype: DType,
    private readonly readback: Readback,
    protected readonly lifetime: Lifetime,
  ) {}

  /** Where the values are. @throws LifetimeError if they are gone; DeviceError */
  get buffer(): GPUBuffer {
    this.readback.device.check();
    this.lifetime.check(this.name);
    return this.memory;
  }

  /** @throws LifetimeError if the values are gone; DeviceError; LimitError when the device is out of memory */
  async read(): Promise<HostArray> {
    return this.readback.read(this.buffer, this.shape, this.dtype);
  }

  /**
   * The same values in memory of their own, valid until `release`.
   * @throws as `read`
   */
  async copy(): Promise<OwnedTensor> {
    const { buffer, name, shape, dtype, readback } = this;
    const bytes = bufferBytes(size({ shape }));
    const memory = await readback.device.guarded(`Copy of ${name} (${bytes} bytes)`, (own) => {
      const made = own(storageBuffer(readback.device, `copy of ${name}`, bytes));
      copyBuffer(readback.device, buffer, made, bytes);
      return made;
    });
    return new OwnedTensor(`copy of ${name}`, memory, shape, dtype, readback, new Lifetime());
  }
}

/** A value on the device in memory of its own. */
export class OwnedTensor extends DeviceTensor {
  /** Frees the memory. */
  release(): void {
    this.lifetime.end('it was released');
    this.memory.destroy();
  }
}
