/** Reads safetensors files by range; a file is never in memory whole.
 *
 *  Layout: 8 bytes header length (u64) · header, JSON: name -> {dtype, shape, data_offsets [begin, end)} and
 *  "__metadata__" -> {string: string}, may be padded with spaces · data, without gaps. Source: the format section of the
 *  safetensors project. */
import { type ByteSource, readExactly } from './byteSource.ts';
import { type Dtype, type TensorValues, allocate, decode, elementBytes, elementCount } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { type TensorEntry, parseHeader } from './safetensorsHeader.ts';

/** The format's own limit on the header's length, in bytes. */
const maxHeaderBytes = 100_000_000;

/** Bytes per read when a whole tensor is wanted: bounds what is held beside the result. */
const readBytes = 16 * 2 ** 20;

/** One tensor of a file. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly values: TensorValues;
}

/** Some consecutive elements of a tensor; `start` is the flat index of the first. */
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

  /** Reads and checks the header, and nothing else.
   *  @throws WeightsError for a file that is truncated or whose header lies */
  static async open(source: ByteSource): Promise<SafetensorsFile> {
    const file = source.name;
    const notSafetensors = 'This is no safetensors file, or the download stopped early: fetch it again.';
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

  /** Header entry of a tensor. @throws WeightsError when there is none of this name */
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

  /** A whole tensor, decoded. @throws WeightsError for an unknown name or a read that fails */
  async readTensor(name: string): Promise<StoredTensor> {
    const { dtype, shape } = this.entry(name);
    const values = allocate(dtype, elementCount(shape));
    for await (const piece of this.pieces(name, readBytes)) {
      // Both arrays decode from the same dtype, so they are of one kind; TypeScript cannot see that.
      (values as Float32Array).set(piece.values as Float32Array, piece.start);
    }
    return { name, dtype, shape, values };
  }

  /** A tensor in pieces of at most `maxBytes` bytes of the file (at least one element), in order. Nothing for an empty
   *  tensor. @throws WeightsError for an unknown name or a read that fails */
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
