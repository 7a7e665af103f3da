/** Writes safetensors, chunk by chunk, so that a file may be larger than memory. */
import { type Dtype, type TensorValues, elementBytes, elementCount, encode, isDtype, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';

/** A tensor to write: its values (as `decode` gives them for `dtype`), or a function that yields its bytes when its turn
 *  comes. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TensorValues | (() => AsyncIterable<Uint8Array> | Iterable<Uint8Array>);
}

/** The file's bytes, in order. Same tensors and metadata in any order give the same bytes: tensors are laid out by
 *  element size (large first, so that each is aligned) and name, and the header is padded to 8 bytes.
 *  @throws WeightsError for a name that comes twice, or data that do not fill the shape */
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
  // The text is put together by hand: objects would move integer-like names to the front.
  const fields: string[] = [];
  const sorted = Object.entries(metadata).sort(([a], [b]) => compareText(a, b));
  if (sorted.length > 0) {
    const items = sorted.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    fields.push(`"__metadata__":{${items.join(',')}}`);
  }
  const names = new Set(['__metadata__']);
  let offset = 0;
  for (const { name, dtype, shape } of order) {
    if (names.has(name)) {
      const advice = 'Names must differ from each other and from "__metadata__".';
      throw new WeightsError({ file, tensor: name, expected: 'every name once', found: 'it twice', advice });
    }
    names.add(name);
    if (!isDtype(dtype) || !shape.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
      const expected = 'a known dtype and a shape of non-negative integers';
      const advice = 'This is a mistake of the calling program: check what it passes.';
      throw new WeightsError({ file, tensor: name, expected, found: `${dtype} ${showShape(shape)}`, advice });
    }
    const end = offset + elementCount(shape) * elementBytes[dtype];
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

async function* dataChunks(tensor: TensorToWrite, file: string): AsyncGenerator<Uint8Array> {
  const { name, dtype, shape, data } = tensor;
  const wanted = elementCount(shape) * elementBytes[dtype];
  const fail = (found: string): never => {
    const advice = 'This is a mistake of the calling program: data, shape and dtype of the tensor disagree.';
    const expected = `${wanted} bytes for ${dtype} ${showShape(shape)}`;
    throw new WeightsError({ file, tensor: name, expected, found, advice });
  };
  let written = 0;
  for await (const chunk of typeof data === 'function' ? data() : [encode(dtype, data)]) {
    if (chunk === undefined) return fail(`values in a ${data.constructor.name}`);
    written += chunk.byteLength;
    if (written > wanted) fail(`at least ${written}`);
    yield chunk;
  }
  if (written < wanted) fail(`${written}`);
}
