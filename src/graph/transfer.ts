/** Transfers between host memory and the device. */
import { FLAT_WIDTH, flatRows } from '../kernels/dispatch.ts';
import { BYTES, bufferBytes, VEC4_BYTES, type DType } from '../kernels/dtype.ts';
import { fromHalves, toHalves } from '../kernels/half.ts';
import { size } from '../kernels/check.ts';
import type { Device } from './device.ts';
import { LimitError } from './errors.ts';
import { Lifetime } from './lifetime.ts';

export type HostArray = Float32Array | Uint32Array | Int32Array;

/** Element type of a tensor's values on the host: f16 values are f32 there. */
export const hostDtypeOf = (dtype: DType): DType => (dtype === 'f16' ? 'f32' : dtype);

/**
 * Converts host values to the form of a buffer of `dtype`. For f16, they are rounded to nearest and limited to the
 * range of halves.
 */
export const toStored = (data: HostArray, dtype: DType): HostArray =>
  dtype === 'f16' ? toHalves(data as Float32Array) : data;

/** The host values of the first `elements` in the bytes of a buffer of `dtype`. */
function fromStored(bytes: ArrayBuffer, elements: number, dtype: DType): HostArray {
  if (dtype === 'f16') return fromHalves(new Uint16Array(bytes, 0, elements));
  return new arrayOf[dtype](bytes, 0, elements);
}

const arrayOf = { f32: Float32Array, u32: Uint32Array, i32: Int32Array } as const;

/** Usage flags as numbers, because Node has no global `GPUBufferUsage` until the host defines it. */
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
  return device.createBuffer({ label, size: bytes, usage: STORAGE });
}

/** @throws LimitError if the texture has more rows than the device allows */
export function flatTexture(device: Device, label: string, elements: number, format: GPUTextureFormat): GPUTexture {
  const height = flatRows(elements);
  const max = device.gpu.limits.maxTextureDimension2D;
  if (height > max) {
    throw new LimitError(`${label} needs a texture of ${height} rows; this device allows ${max}. ${SMALLER}`);
  }
  return device.createTexture({ label, size: [FLAT_WIDTH, height], format, usage: TEXTURE });
}

/**
 * Writes a part of a packed constant into a flat texture.
 * @param at element of the texture at which the part begins, at the start of a row
 */
export function writeFlat(device: Device, texture: GPUTexture, data: HostArray, at = 0): void {
  const perRow = 4 * FLAT_WIDTH; // elements; a texel holds four
  const top = at / perRow;
  const whole = Math.floor(data.length / perRow);
  const write = (from: number, y: number, width: number, height: number): void => {
    if (width === 0 || height === 0) return;
    const bytes = width * height * VEC4_BYTES;
    const view = new Uint8Array(
      data.buffer as ArrayBuffer,
      data.byteOffset + from * data.BYTES_PER_ELEMENT,
      Math.min(bytes, (data.length - from) * data.BYTES_PER_ELEMENT),
    );
    device.gpu.queue.writeTexture({ texture, origin: [0, top + y] }, view, { bytesPerRow: FLAT_WIDTH * VEC4_BYTES }, [
      width,
      height,
    ]);
  };
  write(0, 0, FLAT_WIDTH, whole);
  const rest = data.length - whole * perRow;
  if (rest % 4 !== 0) throw new Error('a packed constant must hold whole vec4s');
  write(whole * perRow, whole, rest / 4, 1);
}

/**
 * Copies the first `elements` of a buffer into a flat texture.
 * @param at index of the first element written, a multiple of 4
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
      { buffer, offset: from * VEC4_BYTES, bytesPerRow: FLAT_WIDTH * VEC4_BYTES, rowsPerImage: height },
      { texture, origin: [x, y] },
      [width, height],
    );
    texels -= width * height;
    texel += width * height;
    from += width * height;
  }
}

/** Readback buffers. They are kept by size, so that a second read allocates nothing. */
export class Readback {
  private readonly free = new Map<number, GPUBuffer>();

  constructor(readonly device: Device) {}

  /**
   * Reads the first `size(shape)` elements of a buffer, with the values at the time of the call. f16 values become f32.
   * @throws DeviceError if the device fails; LimitError when it is out of memory
   */
  async read(buffer: GPUBuffer, shape: readonly number[], dtype: DType): Promise<HostArray> {
    const elements = size({ shape });
    const bytes = bufferBytes(elements, dtype);
    const copied = (staging: GPUBuffer): GPUBuffer => {
      copyBuffer(this.device, buffer, staging, bytes);
      return staging;
    };
    const kept = this.free.get(bytes);
    this.free.delete(bytes);
    const staging = kept
      ? copied(kept)
      : await this.device.guarded(`Reading back of ${bytes} bytes`, (own) =>
          copied(own(this.device.createBuffer({ label: 'readback', size: bytes, usage: READBACK }))),
        );
    await this.device.wait(staging.mapAsync(0x01));
    const data = fromStored(staging.getMappedRange().slice(0, elements * BYTES[dtype]), elements, dtype);
    staging.unmap();
    this.free.get(bytes)?.destroy();
    this.free.set(bytes, staging);
    return data;
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

/** A result on the device. It is valid until the plan that computed it runs again or is disposed. */
export class DeviceTensor {
  constructor(
    /** Name of the result, for errors. */
    readonly name: string,
    protected readonly memory: GPUBuffer,
    readonly shape: readonly number[],
    readonly dtype: DType,
    private readonly readback: Readback,
    protected readonly lifetime: Lifetime,
  ) {}

  /** The buffer of the values. @throws LifetimeError if the values are gone; DeviceError */
  get buffer(): GPUBuffer {
    this.readback.device.check();
    this.lifetime.check(this.name);
    return this.memory;
  }

  /**
   * The values on the host, flat; f16 values become f32.
   * @throws LifetimeError if they are gone; DeviceError; LimitError
   */
  async read(): Promise<HostArray> {
    return this.readback.read(this.buffer, this.shape, this.dtype);
  }

  /**
   * A copy of the values in a buffer of its own, valid until `release`.
   * @throws as `read`
   */
  async copy(): Promise<OwnedTensor> {
    const { buffer, name, shape, dtype, readback } = this;
    const bytes = bufferBytes(size({ shape }), dtype);
    const memory = await readback.device.guarded(`Copy of ${name} (${bytes} bytes)`, (own) => {
      const made = own(storageBuffer(readback.device, `copy of ${name}`, bytes));
      copyBuffer(readback.device, buffer, made, bytes);
      return made;
    });
    return new OwnedTensor(`copy of ${name}`, memory, shape, dtype, readback, new Lifetime());
  }
}

/** A tensor on the device that owns its buffer. */
class OwnedTensor extends DeviceTensor {
  /** Frees the memory. */
  release(): void {
    this.lifetime.end('it was released');
    this.memory.destroy();
  }
}
