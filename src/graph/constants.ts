/** Constants on the device: each weight is read once, brought into each layout that a kernel wants, and uploaded. */
import { show, size } from '../kernels/check.ts';
import type { Operand, Packing } from '../kernels/dispatch.ts';
import { bufferBytes } from '../kernels/dtype.ts';
import type { Device } from './device.ts';
import { ShapeError } from './errors.ts';
import { Tensor } from './tensor.ts';
import { flatTexture, storageBuffer, toStored, writeFlat, type HostArray } from './transfer.ts';

/** Where weights come from. @throws if there is no such weight or it has another shape */
export interface Weights {
  tensor(name: string, shape: readonly number[]): Promise<Float32Array>;
}

export type Resource = GPUBuffer | GPUTexture;

/** Bytes that may be in flight to the device before the upload waits: bounds the staging memory of the driver. */
const IN_FLIGHT = 192 * 2 ** 20;

export class Constants {
  private readonly resources = new Map<string, Resource>();
  private inFlight = 0;
  /** Bytes of all constants on the device. */
  bytes = 0;

  constructor(
    private readonly device: Device,
    private readonly weights: Weights,
  ) {}

  /** The device's copy of a constant operand: a constant tensor, or a packed form of one. */
  get(operand: Operand): Resource | undefined {
    return this.resources.get(keyOf(operand));
  }

  /**
   * Uploads what is not on the device yet, one weight at a time.
   * @param onProgress gets the share done, 0..1
   */
  async upload(operands: readonly Operand[], onProgress?: (done: number) => void): Promise<void> {
    const bySource = new Map<Tensor, Operand[]>();
    for (const operand of operands) {
      if (this.resources.has(keyOf(operand))) continue;
      const source = sourceOf(operand);
      bySource.set(source, [...(bySource.get(source) ?? []), operand]);
    }
    let done = 0;
    for (const [source, forms] of bySource) {
      const data = await this.compute(source);
      for (const form of forms) await this.place(form, data);
      onProgress?.(++done / bySource.size);
    }
  }

  private async compute(source: Tensor): Promise<HostArray> {
    if (source.origin.kind !== 'constant') throw new Error('only constants are uploaded ahead of a run');
    const { key, needs, compute } = source.origin;
    const weights: Float32Array[] = [];
    for (const { name, shape } of needs) weights.push(await this.weights.tensor(name, shape));
    const data = compute(...weights);
    if (data.length !== size(source)) {
      throw new ShapeError(`${key}: got ${data.length} values for shape ${show(source.shape)}.`);
    }
    return data;
  }

  private async place(form: Operand, data: HostArray): Promise<void> {
    const key = keyOf(form);
    if (this.resources.has(key)) return;
    const packing: Packing | undefined = form.packed?.packing;
    const values = packing ? packing.apply(data as Float32Array) : toStored(data, form.dtype);
    const storage = packing?.storage ?? 'buffer';
    const resource = await this.device.guarded(`Upload of ${key} (${values.byteLength} bytes)`, () => {
      if (storage === 'buffer') {
        const buffer = storageBuffer(this.device, key, bufferBytes(values.length, 'u32'));
        this.device.gpu.queue.writeBuffer(
          buffer,
          0,
          values.buffer as ArrayBuffer,
          values.byteOffset,
          values.byteLength,
        );
        return buffer;
      }
      const texture = flatTexture(this.device, key, values.length, storage);
      writeFlat(this.device, texture, values);
      return texture;
    });
    this.resources.set(key, resource);
    this.bytes += values.byteLength;
    this.inFlight += values.byteLength;
    if (this.inFlight > IN_FLIGHT) {
      this.device.gpu.queue.submit([]);
      await this.device.wait(this.device.gpu.queue.onSubmittedWorkDone());
      this.inFlight = 0;
    }
  }

  dispose(): void {
    for (const resource of this.resources.values()) resource.destroy();
    this.resources.clear();
    this.bytes = 0;
  }
}

/** The constant tensor behind an operand, or undefined if the operand is computed on the device. */
export function constantOf(operand: Operand): Tensor | undefined {
  const source = operand.packed?.of ?? operand;
  if (source instanceof Tensor && source.root.origin.kind === 'constant') return source.root;
  return undefined;
}

function sourceOf(operand: Operand): Tensor {
  const source = constantOf(operand);
  if (!source) throw new Error('a packed operand must be made from a constant');
  return source;
}

function keyOf(operand: Operand): string {
  const source = sourceOf(operand);
  const key = source.origin.kind === 'constant' ? source.origin.key : '';
  return operand.packed ? `${key} as ${operand.packed.packing.key}` : key;
}
