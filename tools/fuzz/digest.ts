/** Digests of results, by which they are compared. */
import { crc32 } from 'node:zlib';

type Part = string | number | ArrayBufferView;

/** A short text that is the same for the same parts. */
export function digestOf(...parts: readonly Part[]): string {
  let sum = 0;
  for (const part of parts) {
    sum = crc32(
      ArrayBuffer.isView(part) ? new Uint8Array(part.buffer, part.byteOffset, part.byteLength) : `${part};`,
      sum,
    );
  }
  return sum.toString(16);
}
