/** Makes small safetensors files in memory, correct ones and false ones. */
import { bytesSource } from '../../weights/byteSource.ts';
import { SafetensorsFile } from '../../weights/safetensors.ts';
import { writeSafetensors } from '../../weights/safetensorsWriter.ts';
import type { TensorToWrite } from '../../weights/tensorToWrite.ts';

export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

/** Writes the tensors and opens the file again. */
export async function writtenFile(
  tensors: Iterable<TensorToWrite>,
  name: string,
  metadata?: Record<string, string>,
): Promise<SafetensorsFile> {
  return SafetensorsFile.open(bytesSource(await joined(writeSafetensors(tensors, metadata)), name));
}

/** Bytes of a file with any header text, and `dataBytes` bytes 0, 1, 2, ... of data. */
export function rawFile(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  for (let i = 0; i < dataBytes; i++) bytes[8 + text.length + i] = i;
  return bytes;
}

export function openBytes(bytes: Uint8Array, name = 'test.safetensors'): Promise<SafetensorsFile> {
  return SafetensorsFile.open(bytesSource(bytes, name));
}
