/** Decompresses one block of an OpenEXR file. */
import { unzlibSync } from 'fflate';
import { ExrError } from './bytes.ts';
import type { ExrCompression } from './header.ts';

/** How much larger a block can be than what is stored of it: deflate stores 258 bytes in two bits, RLE 128 in two bytes. */
export const MAX_RATIO: Readonly<Record<ExrCompression, number>> = { NONE: 1, RLE: 64, ZIPS: 1032, ZIP: 1032 };

/**
 * @param rawBytes size of the block
 * @throws ExrError if it is damaged
 */
export function decompress(stored: Uint8Array, compression: ExrCompression, rawBytes: number): Uint8Array {
  // A block that would not become smaller is stored as it is.
  if (stored.length === rawBytes) return stored;
  if (compression === 'NONE' || stored.length > rawBytes) throw damaged(stored.length, rawBytes);
  const raw = compression === 'RLE' ? unpackRuns(stored, rawBytes) : inflate(stored, rawBytes);
  if (raw.length !== rawBytes) throw damaged(raw.length, rawBytes);
  return joinHalves(withoutPredictor(raw));
}

const damaged = (found: number, expected: number): ExrError =>
  new ExrError(`A block of it has ${found} bytes in place of ${expected}: the file is damaged.`);

function inflate(stored: Uint8Array, rawBytes: number): Uint8Array {
  try {
    // A buffer that is given does not grow: a longer stream is cut off.
    return unzlibSync(stored, { out: new Uint8Array(rawBytes) });
  } catch (error) {
    throw new ExrError('A block of it cannot be decompressed: the file is damaged.', { cause: error });
  }
}

/** A count below zero: as many bytes follow as they are. Otherwise the next byte stands there once more than the count. */
function unpackRuns(stored: Uint8Array, rawBytes: number): Uint8Array {
  const counts = new Int8Array(stored.buffer, stored.byteOffset, stored.length);
  const raw = new Uint8Array(rawBytes);
  let to = 0;
  for (let from = 0; from < stored.length;) {
    const count = counts[from++];
    const length = count < 0 ? -count : count + 1;
    if (to + length > rawBytes || from + (count < 0 ? length : 1) > stored.length) throw damaged(to + length, rawBytes);
    if (count < 0) raw.set(stored.subarray(from, from + length), to);
    else raw.fill(stored[from], to, to + length);
    from += count < 0 ? length : 1;
    to += length;
  }
  return raw.subarray(0, to);
}

/** Every byte is stored as its difference from the one before, plus 128. */
function withoutPredictor(raw: Uint8Array): Uint8Array {
  for (let i = 1; i < raw.length; i++) raw[i] += raw[i - 1] - 128;
  return raw;
}

/** Bytes at even places are stored first, those at odd places after them. */
function joinHalves(raw: Uint8Array): Uint8Array {
  const half = Math.ceil(raw.length / 2);
  return raw.map((_, i) => raw[i % 2 === 0 ? i / 2 : half + (i - 1) / 2]);
}
