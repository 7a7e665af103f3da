/** Byte sources: files, Blobs or downloads that are read by range. The hosts implement them. */
import { WeightsError } from './errors.ts';

export interface ByteSource {
  /** Total length in bytes. */
  readonly size: number;
  /** Name for messages; usually the file name. */
  readonly name: string;
  /** Reads exactly `length` bytes from `offset`. The caller must not change them, and later reads must not either. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Creates a ByteSource over bytes in memory. Reads are views, not copies. Exported for tests. */
export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  return {
    size: bytes.byteLength,
    name,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

/** Reads bytes and checks their number. @throws WeightsError if the source gives fewer or more */
export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.byteLength === length) return bytes;
  throw new WeightsError({
    file: source.name,
    expected: `${length} bytes at ${offset}`,
    found: `${bytes.byteLength}`,
    advice: 'The file was changed or shortened while it was read. Check it and try again.',
  });
}
