/** Writes zip archives as PyTorch does: entries are uncompressed and aligned, and checksums follow the data, so that nothing
 *  is read twice. zip64 is used where a size or an offset needs it. Source: PKWARE's APPNOTE, sections 4.3 and 4.5. */
import { crc32 } from './convert/crc32.ts';

export interface ZipEntryToWrite {
  readonly name: string;
  /** Number of bytes that `data` yields. */
  readonly size: number;
  readonly data: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface ZipWriteOptions {
  /** The data of entries begin at multiples of this number of bytes. */
  readonly alignment?: number;
  /** Sizes and offsets from this number on are written in 64 bits. By default the limit of the format; tests pass less. */
  readonly wideFrom?: number;
}

const ones = 0xffffffff;
/** Flags: sizes and checksum follow the data; names are UTF-8. */
const flags = 0x0808;
/** 1 January 1980, the first day of the format. A fixed date, so that the same entries give the same bytes. */
const firstDay = 0x21;
const version = 45;
/** Id of the extra field that pads up to the alignment. Readers skip unknown fields. */
const padding = 0x4246;
const zip64 = 1;

/** An entry that has been written. */
interface Written {
  readonly name: Uint8Array;
  readonly size: number;
  readonly crc: number;
  readonly header: number;
}

/** Yields the bytes of the archive. */
export async function* writeZip(
  entries: Iterable<ZipEntryToWrite>,
  { alignment = 64, wideFrom = ones }: ZipWriteOptions = {},
): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let at = 0;
  for (const { name: text, size, data } of entries) {
    const name = new TextEncoder().encode(text);
    const wide = size >= wideFrom;
    const header = localHeader(name, wide, at, alignment);
    yield header;
    let crc = 0;
    for await (const chunk of data()) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
    const width = wide ? 8 : 4;
    const descriptor = fields([0x08074b50, 4], [crc, 4], [size, width], [size, width]);
    yield descriptor;
    written.push({ name, size, crc, header: at });
    at += header.length + size + descriptor.length;
  }
  yield directory(written, at, wideFrom);
}

function localHeader(name: Uint8Array, wide: boolean, at: number, alignment: number): Uint8Array {
  const sizes = wide ? fields([zip64, 2], [16, 2], [0, 8], [0, 8]) : new Uint8Array();
  const start = at + 30 + name.length + sizes.length + 4;
  const fill = (alignment - (start % alignment)) % alignment;
  const size = wide ? ones : 0;
  return joined([
    fields([0x04034b50, 4], [version, 2], [flags, 2], [0, 2], [0, 2], [firstDay, 2]),
    fields([0, 4], [size, 4], [size, 4], [name.length, 2], [sizes.length + 4 + fill, 2]),
    name,
    sizes,
    fields([padding, 2], [fill, 2]),
    new Uint8Array(fill),
  ]);
}

/** The list of entries, and the records with its position. */
function directory(entries: readonly Written[], at: number, wideFrom: number): Uint8Array {
  const list = joined(entries.map((entry) => centralHeader(entry, wideFrom)));
  const parts = [list];
  const wide = at + list.length >= wideFrom || entries.length >= 0xffff;
  const [count, length, place] = [entries.length, list.length, at];
  if (wide) {
    parts.push(
      fields([0x06064b50, 4], [44, 8], [version, 2], [version, 2], [0, 4], [0, 4]),
      fields([count, 8], [count, 8], [length, 8], [place, 8]),
      fields([0x07064b50, 4], [0, 4], [at + list.length, 8], [1, 4]),
    );
  }
  const told = wide ? [0xffff, ones, ones] : [count, length, place];
  parts.push(fields([0x06054b50, 4], [0, 4], [told[0], 2], [told[0], 2], [told[1], 4], [told[2], 4], [0, 2]));
  return joined(parts);
}

function centralHeader({ name, size, crc, header }: Written, wideFrom: number): Uint8Array {
  const wide = size >= wideFrom || header >= wideFrom;
  const extra = wide ? fields([zip64, 2], [24, 2], [size, 8], [size, 8], [header, 8]) : new Uint8Array();
  const [toldSize, toldHeader] = wide ? [ones, ones] : [size, header];
  return joined([
    fields([0x02014b50, 4], [version, 2], [version, 2], [flags, 2], [0, 2], [0, 2], [firstDay, 2]),
    fields([crc, 4], [toldSize, 4], [toldSize, 4], [name.length, 2], [extra.length, 2], [0, 2]),
    fields([0, 2], [0, 2], [0, 4], [toldHeader, 4]),
    name,
    extra,
  ]);
}

/** Little-endian numbers, each with its width in bytes. */
function fields(...list: readonly (readonly [value: number, width: 2 | 4 | 8])[]): Uint8Array {
  const bytes = new Uint8Array(list.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of list) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
