/** Reading a source with checks: ranges that are really there, little-endian fields. */
import type { ByteSource } from '../byteSource.ts';
import { WeightsError } from '../errors.ts';

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

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An unsigned 64-bit field. Beyond 2^53 it is rounded, and larger than any file. */
export function getU64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** Bytes as text. @returns undefined when they are no UTF-8 */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes as text, one character each. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
