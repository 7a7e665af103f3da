/** Bytes that can be read by range: a file on disk, a Blob, a cached download. Hosts implement it. */
import { WeightsError } from './errors.ts';

export interface ByteSource {
  /** Total length in bytes. */
  readonly size: number;
  /** What error messages call this source; usually the file name. */
  readonly name: string;
  /** Exactly `length` bytes from `offset`. The caller treats them as read-only; later reads must not change them. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A ByteSource over bytes in memory. Reads are views, not copies. Exported for tests. */
export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  return {
    size: bytes.byteLength,
    name,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

/** @throws WeightsError when the source gives another number of bytes */
export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.byteLength === length) return bytes;
  throw new WeightsError({
    file: source.name,
    expected: `${length} bytes at ${offset}`,
    found: `${bytes.byteLength}`,
    advice: 'The file changed or became shorter while it was read: check it and try again.',
  });
}
