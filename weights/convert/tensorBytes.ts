/** Reads the elements of a tensor from its storage, row-major and little-endian, piece by piece. */
import { type ByteSource, readExactly } from '../byteSource.ts';
import { elementBytes } from '../dtype.ts';
import { WeightsError } from '../errors.ts';
import { crc32 } from './crc32.ts';
import type { TensorLayout } from './tensorLayout.ts';

/** Bytes of a file that hold a storage. */
export interface StoredBytes {
  readonly start: number;
  readonly size: number;
  readonly bigEndian: boolean;
  /** CRC-32 of the bytes, if the file has one. */
  readonly crc?: number;
  /** Name for messages. */
  readonly label: string;
}

/** Bytes in memory at a time. */
const pieceBytes = 4 * 2 ** 20;

/** Storages that were compared with their checksums as a whole. */
const verified = new WeakSet<StoredBytes>();

/** Yields the bytes of a tensor. @throws WeightsError if reading fails, or the checksum of its storage is wrong */
export async function* tensorBytes(
  source: ByteSource,
  stored: StoredBytes,
  layout: TensorLayout,
): AsyncGenerator<Uint8Array> {
  if (layout.count === 0) return;
  const isWhole = layout.begin === 0 && layout.span === stored.size;
  // A part of a storage has no checksum of its own. The storage is read once more for all of its parts.
  if (!isWhole && stored.crc !== undefined && !verified.has(stored)) {
    const { size } = stored;
    const pieces = readSpan(source, stored, { begin: 0, span: size });
    while (!(await pieces.next()).done);
    verified.add(stored);
  }
  const width = elementBytes[layout.dtype];
  const pieces = layout.contiguous ? readSpan(source, stored, layout) : gathered(source, stored, layout);
  for await (const piece of pieces) yield stored.bigEndian ? swapped(piece, width) : piece;
}

/** Reads the bytes from the first to the last element. The checksum is verified if these are the whole storage. */
async function* readSpan(
  source: ByteSource,
  { start, size, crc, label }: StoredBytes,
  { begin, span }: Pick<TensorLayout, 'begin' | 'span'>,
): AsyncGenerator<Uint8Array> {
  let sum = 0;
  const whole = crc !== undefined && begin === 0 && span === size;
  for (let at = 0; at < span; at += pieceBytes) {
    const piece = await readExactly(source, start + begin + at, Math.min(pieceBytes, span - at));
    if (whole) sum = crc32(piece, sum);
    yield piece;
  }
  if (whole && sum !== crc) {
    throw new WeightsError({
      file: `${source.name}: ${label}`,
      expected: `bytes with the CRC-32 ${crc.toString(16)}`,
      found: sum.toString(16),
      advice: 'The file is damaged. Download it again, or save it again with torch.save and CRC-32 checksums on.',
    });
  }
}

/** Yields the elements of a tensor that is not contiguous. Its span is held in memory; limits.stridedBytes limits it. */
async function* gathered(source: ByteSource, stored: StoredBytes, layout: TensorLayout): AsyncGenerator<Uint8Array> {
  const bytes = new Uint8Array(layout.span);
  let at = 0;
  for await (const piece of readSpan(source, stored, layout)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  const { dtype, shape, strides, count } = layout;
  const width = elementBytes[dtype];
  const elements = unitsOf(bytes, width);
  const index = shape.map(() => 0);
  let offset = 0;
  for (let done = 0; done < count;) {
    const length = Math.min(pieceBytes / width, count - done);
    const piece = new Uint8Array(length * width);
    const out = unitsOf(piece, width);
    for (let i = 0; i < length; i++) {
      // The bits are copied unchanged. Both arrays have the same type; TypeScript cannot know that.
      (out as Uint8Array)[i] = (elements as Uint8Array)[offset];
      offset = advance(index, offset, shape, strides);
    }
    done += length;
    yield piece;
  }
}

/** Steps to the next element in row-major order. @returns its offset; `index` is changed */
function advance(index: number[], offset: number, shape: readonly number[], strides: readonly number[]): number {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    offset += strides[axis];
    if (++index[axis] < shape[axis]) return offset;
    offset -= shape[axis] * strides[axis];
    index[axis] = 0;
  }
  return offset;
}

/** Views elements of 1, 2, 4 or 8 bytes as integers, because floats could lose the bits of a NaN. */
function unitsOf({ buffer }: Uint8Array, width: number): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  if (width === 8) return new BigUint64Array(buffer);
  if (width === 4) return new Uint32Array(buffer);
  return width === 2 ? new Uint16Array(buffer) : new Uint8Array(buffer);
}

function swapped(piece: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(piece.length);
  for (let at = 0; at < piece.length; at += width) {
    for (let byte = 0; byte < width; byte++) out[at + byte] = piece[at + width - 1 - byte];
  }
  return out;
}
