/** Reads safetensors files by range, so that a file is never in memory whole.
 *
 *  Layout: 8 bytes header length (u64) · header, JSON: name -> {dtype, shape, data_offsets [begin, end)} and
 *  "__metadata__" -> {string: string}, may be padded with spaces · data, without gaps. Source: the format description of
 *  the safetensors project. */
import { type ByteSource, readExactly } from './byteSource.ts';
import { type Dtype, type TensorValues, allocate, decode, elementBytes, elementCount } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { type TensorEntry, parseHeader } from './safetensorsHeader.ts';

/** Maximum length of the header in bytes, as the format defines it. */
const maxHeaderBytes = 100_000_000;

/** Bytes per read of a whole tensor. It limits the memory in addition to the result. */
const readBytes = 16 * 2 ** 20;

/** One tensor of a file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** Consecutive elements of a tensor. `start` is the flat index of the first. */
export interface Piece {
  readonly start: number;
  readonly values: TensorValues;
}

export class SafetensorsFile {
  readonly name: string;
  readonly metadata: ReadonlyMap<string, string>;
  /** Every tensor of the file, in the order of its data. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly #source: ByteSource;
  readonly #dataStart: number;

  private constructor(source: ByteSource, dataStart: number, headerText: string) {
    const header = parseHeader(headerText, source.size - dataStart, source.name);
    this.name = source.name;
    this.metadata = header.metadata;
    this.tensors = header.tensors;
    this.#source = source;
    this.#dataStart = dataStart;
  }

  /** Opens a file: reads and checks only the header.
   *  @throws WeightsError if the file is truncated, or its header is wrong */
  static async open(source: ByteSource): Promise<SafetensorsFile> {
    const file = source.name;
    const notSafetensors =
      'This is not a safetensors file, or its download was interrupted. Check the file, or download it again.';
    if (source.size < 8) {
      throw new WeightsError({ file, expected: 'at least 8 bytes', found: `${source.size}`, advice: notSafetensors });
    }
    const start = await readExactly(source, 0, 8);
    const view = new DataView(start.buffer, start.byteOffset, 8);
    const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
    if (length > maxHeaderBytes || length > source.size - 8) {
      const expected = `a header of at most ${Math.min(maxHeaderBytes, source.size - 8)} bytes`;
      throw new WeightsError({ file, expected, found: `a header length of ${length}`, advice: notSafetensors });
    }
    const bytes = await readExactly(source, 8, length);
    return new SafetensorsFile(source, 8 + length, decodeText(bytes, file, notSafetensors));
  }

  /** The header entry of a tensor. @throws WeightsError if there is none of this name */
  entry(name: string): TensorEntry {
    const entry = this.tensors.get(name);
    if (entry) return entry;
    const first = [...this.tensors.keys()].slice(0, 3).join(', ');
    throw new WeightsError({
      file: this.name,
      tensor: name,
      expected: 'a tensor of this name',
      found: `${this.tensors.size} tensors: ${first}, ...`,
      advice: 'Check the name, and that this is the file you meant.',
    });
  }

  /** Reads and decodes a whole tensor. @throws WeightsError if the name is unknown or reading fails */
  async readTensor(name: string): Promise<StoredTensor> {
    const { dtype, shape } = this.entry(name);
    const values = allocate(dtype, elementCount(shape));
    for await (const piece of this.pieces(name, readBytes)) {
      // Both arrays come from the same dtype, so they have the same type; TypeScript cannot know that.
      (values as Float32Array).set(piece.values as Float32Array, piece.start);
    }
    return { name, dtype, shape, values };
  }

  /** Reads a tensor in pieces of at most `maxBytes` bytes of the file (at least one element), in order. An empty tensor
   *  has no pieces. @throws WeightsError if the name is unknown or reading fails */
  async *pieces(name: string, maxBytes: number): AsyncGenerator<Piece> {
    const { dtype, begin, end } = this.entry(name);
    const step = Math.max(1, Math.floor(maxBytes / elementBytes[dtype])) * elementBytes[dtype];
    for (let at = begin; at < end; at += step) {
      const bytes = await readExactly(this.#source, this.#dataStart + at, Math.min(step, end - at));
      yield { start: (at - begin) / elementBytes[dtype], values: decode(dtype, bytes) };
    }
  }
}

function decodeText(bytes: Uint8Array, file: string, advice: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WeightsError({ file, expected: 'a header in UTF-8', found: 'other bytes', advice });
  }
}
