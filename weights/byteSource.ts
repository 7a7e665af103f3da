/** Bytes that can be read by range: a file on disk, a Blob, a cached download. Hosts implement it. */
export interface ByteSource {
  /** Total length in bytes. */
  readonly size: number;
  /** What error messages call this source; usually the file name. */
  readonly name: string;
  /** Exactly `length` bytes from `offset`. The caller treats them as read-only; later reads must not change them. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A ByteSource over bytes in memory. Reads are views, not copies. */
export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  return {
    size: bytes.byteLength,
    name,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}
