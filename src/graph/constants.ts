/** Constants on the device. Each is computed once, packed into every layout that a kernel reads, and uploaded. */
import { bytesOf, show, size } from '../kernels/check.ts';
import { FLAT_WIDTH, type Operand, type Packing } from '../kernels/dispatch.ts';
import { bufferBytes, BYTES } from '../kernels/dtype.ts';
import { expectSameForm, type ConstantForm } from './constantSpec.ts';
import type { Device } from './device.ts';
import { ShapeError } from './errors.ts';
import { keyOf } from './key.ts';
import { Tensor } from './tensor.ts';
import { flatTexture, storageBuffer, toStored, writeFlat, type HostArray } from './transfer.ts';

/** A source of weights. @throws WeightsError if a weight is missing or has another shape */
export interface Weights {
  tensor(name: string, shape: readonly number[]): Promise<Float32Array>;
}

export type Resource = GPUBuffer | GPUTexture;

/** Bytes that may be in flight before an upload waits for the device. This bounds the driver's staging memory. */
const IN_FLIGHT = 64 * 2 ** 20;

/** Elements that are written at once: whole rows of a flat texture, 16 MiB. */
const SLICE = 1024 * 4 * FLAT_WIDTH;

/** A constant on the device, and the form that it was uploaded in. */
interface Uploaded {
  readonly resource: Resource;
  readonly form: ConstantForm;
  readonly packing?: Packing;
}

export class Constants {
  private readonly uploaded = new Map<string, Uploaded>();
  private inFlight = 0;
  /** Settles when the last upload has ended. */
  private idle: Promise<unknown> = Promise.resolve();
  /** Bytes that all constants take on the device. */
  bytes = 0;

  constructor(
    private readonly device: Device,
    private readonly weights: Weights,
  ) {}

  /** The buffer or texture of a constant operand: of a constant tensor, or of a packed one. */
  get(operand: Operand): Resource | undefined {
    return this.uploaded.get(keyOfOperand(operand))?.resource;
  }

  /**
   * Uploads the constants that are not on the device yet, one at a time. Uploads of two plans run one after the other,
   * so that a constant that both need is uploaded once.
   * @param onProgress gets the share that is done, 0..1
   * @throws ShapeError if a constant is there in another shape, type or layout; LimitError; WeightsError; DeviceError
   */
  upload(operands: readonly Operand[], onProgress?: (done: number) => void): Promise<void> {
    const upload = this.idle.then(() => this.uploadMissing(operands, onProgress));
    // The caller of a failed upload gets the error; the next upload starts all the same.
    this.idle = upload.catch(() => undefined);
    return upload;
  }

  /** Bytes of the constants that are not on the device yet. @throws ShapeError as `upload` */
  missingBytes(operands: readonly Operand[]): number {
    const missing = new Map(operands.filter((o) => !this.isUploaded(o)).map((o) => [keyOfOperand(o), bytesOf(o)]));
    return [...missing.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  private async uploadMissing(operands: readonly Operand[], onProgress?: (done: number) => void): Promise<void> {
    const bySource = new Map<ConstantTensor, Operand[]>();
    for (const operand of operands) {
      if (this.isUploaded(operand)) continue;
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

  /** @throws ShapeError if it was uploaded in another form */
  private isUploaded(operand: Operand): boolean {
    const known = this.uploaded.get(keyOfOperand(operand));
    if (!known) return false;
    const source = sourceOf(operand);
    expectSameForm(source.origin.name, known.form, formOf(source));
    expectSamePacking(source.origin.name, known.packing, operand.packed?.packing);
    return true;
  }

  private async compute(source: ConstantTensor): Promise<HostArray> {
    const { name, needs, compute } = source.origin;
    const weights: Float32Array[] = [];
    for (const weight of needs) weights.push(await this.weights.tensor(weight.name, weight.shape));
    const data = compute(...weights);
    if (data.length !== size(source)) {
      throw new ShapeError(`${name}: got ${data.length} values for shape ${show(source.shape)}.`);
    }
    return data;
  }

  private async place(form: Operand, data: HostArray): Promise<void> {
    if (this.isUploaded(form)) return; // by another operand of the same plan
    const source = sourceOf(form);
    const packing = form.packed?.packing;
    const values = packing ? packing.apply(data as Float32Array) : toStored(data, form.dtype);
    const { name } = source.origin;
    const resource = await this.device.guarded(`Upload of ${name} (${values.byteLength} bytes)`, (own) => {
      if (packing && packing.storage !== 'buffer') {
        return own(flatTexture(this.device, name, values.length, packing.storage));
      }
      return own(storageBuffer(this.device, name, bufferBytes(values.length, 'u32')));
    });
    for (let from = 0; from < values.length; from += SLICE) {
      const slice = values.subarray(from, from + SLICE);
      if ('width' in resource) writeFlat(this.device, resource, slice, from);
      else this.write(resource, slice, from);
      await this.paced(slice.byteLength);
    }
    this.uploaded.set(keyOfOperand(form), { resource, form: formOf(source), packing });
    this.bytes += bytesOf(form);
  }

  private write(buffer: GPUBuffer, { buffer: data, byteOffset, byteLength }: HostArray, from: number): void {
    this.device.gpu.queue.writeBuffer(buffer, from * BYTES.f32, data as ArrayBuffer, byteOffset, byteLength);
  }

  /** Waits for the device when much is in flight. */
  private async paced(bytes: number): Promise<void> {
    this.inFlight += bytes;
    if (this.inFlight <= IN_FLIGHT) return;
    await this.device.settle();
    this.inFlight = 0;
  }

  /** Frees all constants. Plans that use them cannot run again. */
  dispose(): void {
    for (const { resource } of this.uploaded.values()) resource.destroy();
    this.uploaded.clear();
    this.bytes = 0;
  }
}

type ConstantTensor = Tensor & { readonly origin: { readonly kind: 'constant' } };

const isConstant = (tensor: Tensor): tensor is ConstantTensor => tensor.origin.kind === 'constant';

/** The constant tensor behind an operand, or undefined if the operand is computed on the device. */
export function constantOf(operand: Operand): ConstantTensor | undefined {
  const source = operand.packed?.of ?? operand;
  if (!(source instanceof Tensor)) return undefined;
  const { root } = source;
  return isConstant(root) ? root : undefined;
}

function sourceOf(operand: Operand): ConstantTensor {
  const source = constantOf(operand);
  if (!source) throw new Error('a packed operand must be made from a constant');
  return source;
}

const formOf = ({ shape, dtype, origin }: ConstantTensor): ConstantForm => ({ shape, dtype, needs: origin.needs });

/** Identifies a constant operand on the device: the constant and its layout. */
export function keyOfOperand(operand: Operand): string {
  const { key } = sourceOf(operand).origin;
  return operand.packed ? keyOf([key, operand.packed.packing.key]) : key;
}

/** @throws ShapeError if a layout of a constant was uploaded before with another size or kind of storage */
function expectSamePacking(name: string, known: Packing | undefined, wanted: Packing | undefined): void {
  if (known?.size === wanted?.size && known?.storage === wanted?.storage) return;
  const showPacking = (p: Packing | undefined): string => (p ? `${p.size} elements in ${p.storage}` : 'not packed');
  throw new ShapeError(
    `${name}: its layout "${wanted?.key}" is ${showPacking(wanted)} here, but was ${showPacking(known)} before.\n` +
      '  The key of a packing must say everything that its result depends on.',
  );
}
