/** Writes safetensors files chunk by chunk, so that a file may be larger than memory. */
import { elementBytes, isDtype, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { type TensorToWrite, byteLength, dataChunks } from './tensorToWrite.ts';

/** Yields the bytes of the file. The same tensors and metadata give the same bytes in any order: tensors are sorted by
 *  element size (large first, so that each is aligned) and by name. The header is padded to 8 bytes.
 *  @throws WeightsError if a name is not unique, or the data do not fill the shape */
export async function* writeSafetensors(
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
  file = 'safetensors output',
): AsyncGenerator<Uint8Array> {
  const order = [...tensors].sort(
    (a, b) => elementBytes[b.dtype] - elementBytes[a.dtype] || compareText(a.name, b.name),
  );
  yield headerBytes(order, metadata, file);
  for (const tensor of order) yield* dataChunks(tensor, file);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function headerBytes(order: TensorToWrite[], metadata: Readonly<Record<string, string>>, file: string): Uint8Array {
  // The text is not made from an object: objects move integer-like names to the front.
  const fields: string[] = [];
  const sorted = Object.entries(metadata).sort(([a], [b]) => compareText(a, b));
  if (sorted.length > 0) {
    const items = sorted.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    fields.push(`"__metadata__":{${items.join(',')}}`);
  }
  const names = new Set(['__metadata__']);
  let offset = 0;
  for (const tensor of order) {
    const { name, dtype, shape } = tensor;
    if (names.has(name)) {
      const advice = 'Names must differ from each other and from "__metadata__".';
      throw new WeightsError({
        file,
        tensor: name,
        expected: 'a unique name',
        found: 'a second tensor of this name',
        advice,
      });
    }
    names.add(name);
    if (!isDtype(dtype) || !shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
      const expected = 'a known dtype and a shape of non-negative integers';
      const advice = 'This is a bug of the calling program. Check what it passes.';
      throw new WeightsError({ file, tensor: name, expected, found: `${dtype} ${showShape(shape)}`, advice });
    }
    const end = offset + byteLength(tensor);
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const text = new TextEncoder().encode(`{${fields.join(',')}}`);
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  return bytes;
}
