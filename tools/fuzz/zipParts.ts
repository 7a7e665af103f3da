/** Makes zip archives record by record, correct ones and false ones. */
import { crc32 } from 'node:zlib';
import type { ByteSource } from '../../weights/byteSource.ts';

export type Part = string | Uint8Array;

/** For tests. Parts joined; text stands for its bytes, one for each character. */
export function joinParts(...parts: Part[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string, 'latin1'))));
}

/** For tests. A number as `width` bytes, little-endian. */
export function little(value: number, width: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(8, width));
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return bytes.slice(0, width);
}

export interface Entry {
  name: string;
  /** Contents, or only their number: such bytes belong to a sparse source. */
  data: Uint8Array | number;
  crc?: number;
  /** Lies of the directory. */
  lies?: { size?: number; packed?: number; header?: number; method?: number; flags?: number };
  /** The name before the data, where it is another one. */
  localName?: string;
}

export interface ZipOptions {
  zip64?: boolean;
  comment?: string;
  /** Lies of the end record. */
  end?: { count?: number; size?: number; offset?: number; disk?: number };
}

interface Sparse {
  readonly size: number;
  readonly segments: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

const ones = 0xffffffff;

function layOut(entries: readonly Entry[], { zip64 = false, comment = '', end = {} }: ZipOptions): Sparse {
  const segments: { at: number; bytes: Uint8Array }[] = [];
  let at = 0;
  const put = (bytes: Uint8Array): number => {
    segments.push({ at, bytes });
    at += bytes.length;
    return at - bytes.length;
  };
  const records = entries.map(({ name, data, crc, lies = {}, localName = name }) => {
    const size = typeof data === 'number' ? data : data.length;
    const sum = crc ?? (typeof data === 'number' ? 0 : crc32(data));
    const sizes = joinParts(little(sum, 4), little(size, 4), little(size, 4));
    const local = joinParts('PK\x03\x04', little(0, 10), sizes, little(localName.length, 2), little(0, 2), localName);
    const header = put(local);
    if (typeof data === 'number') at += data;
    else put(data);
    const told = { size, packed: size, header, method: 0, flags: 0, ...lies };
    const wide = [told.size, told.packed, told.header].map((value) => little(value, 8));
    const extra = zip64 ? joinParts(little(1, 2), little(24, 2), ...wide) : new Uint8Array();
    const narrow = (value: number): Uint8Array => little(zip64 ? ones : value, 4);
    return joinParts(
      ...['PK\x01\x02', little(0, 4), little(told.flags, 2), little(told.method, 2), little(0, 4), little(sum, 4)],
      ...[narrow(told.packed), narrow(told.size), little(name.length, 2), little(extra.length, 2), little(0, 10)],
      ...[narrow(told.header), name, extra],
    );
  });
  const bytes = joinParts(...records);
  const told = { count: entries.length, size: bytes.length, offset: put(bytes), disk: 0, ...end };
  const narrow = (value: number, width: number): Uint8Array => little(zip64 ? ones : value, width);
  if (zip64) {
    const counts = [told.count, told.count, told.size, told.offset].map((value) => little(value, 8));
    const end64 = put(joinParts('PK\x06\x06', little(44, 8), little(0, 12), ...counts));
    put(joinParts('PK\x06\x07', little(0, 4), little(end64, 8), little(1, 4)));
  }
  put(
    joinParts(
      ...['PK\x05\x06', little(told.disk, 2), little(0, 2), narrow(told.count, 2), narrow(told.count, 2)],
      ...[narrow(told.size, 4), narrow(told.offset, 4), little(comment.length, 2), comment],
    ),
  );
  return { size: at, segments };
}

/** An archive in memory. */
export function zip(entries: readonly Entry[], options: ZipOptions = {}): Uint8Array {
  const { size, segments } = layOut(entries, options);
  const bytes = new Uint8Array(size);
  for (const segment of segments) bytes.set(segment.bytes, segment.at);
  return bytes;
}

/** For tests. An archive whose entries without contents are bytes 1 that exist only while they are read. */
export function sparseZip(entries: readonly Entry[], options: ZipOptions = {}): ByteSource {
  const { size, segments } = layOut(entries, options);
  return {
    size,
    name: 'sparse.pth',
    read: async (offset, length) => {
      const bytes = new Uint8Array(length).fill(1);
      for (const segment of segments) {
        const from = Math.max(offset, segment.at);
        const to = Math.min(offset + length, segment.at + segment.bytes.length);
        if (from < to) bytes.set(segment.bytes.subarray(from - segment.at, to - segment.at), from - offset);
      }
      return bytes;
    },
  };
}
