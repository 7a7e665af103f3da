/** Parses the header of a safetensors file, and checks it against the length of the data. */
import { type Dtype, elementBytes, isDtype, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { showValue } from './printable.ts';

/** Type, shape and position of a tensor: bytes [begin, end) from the start of the data. */
export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

const damaged = 'The file is damaged or was written wrongly. Download it again, or convert it again.';

/** Parses a header.
 *  @param dataBytes length of the data after the header
 *  @throws WeightsError if the text is not a header, or does not describe exactly `dataBytes` bytes */
export function parseHeader(text: string, dataBytes: number, file: string): Header {
  const fail = (expected: string, found: string, tensor?: string, advice = damaged): never => {
    throw new WeightsError({ file, tensor, expected, found, advice });
  };
  if (!text.startsWith('{')) fail('a header that starts with "{"', JSON.stringify(text.slice(0, 20)));
  const object = parseJson(text, fail);
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) fail('a unique name', 'a second entry of this name', duplicate);

  const metadata = new Map<string, string>();
  const entries: [string, TensorEntry][] = [];
  for (const [name, value] of Object.entries(object)) {
    if (!isRecord(value)) return fail('an object', showValue(value), name);
    if (name === '__metadata__') {
      for (const [key, item] of Object.entries(value)) {
        if (typeof item !== 'string') return fail(`a string for ${showValue(key)}`, showValue(item), name);
        metadata.set(key, item);
      }
    } else {
      entries.push([name, parseEntry(name, value, dataBytes, fail)]);
    }
  }
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  checkCover(entries, dataBytes, fail);
  return { metadata, tensors: new Map(entries) };
}

type Fail = (expected: string, found: string, tensor?: string, advice?: string) => never;
type JsonRecord = Record<string, unknown>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseJson(text: string, fail: Fail): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail('a header in JSON', (error as Error).message);
  }
  // The text starts with "{", so what parses is an object.
  return value as JsonRecord;
}

function parseEntry(name: string, value: JsonRecord, dataBytes: number, fail: Fail): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    const known = Object.keys(elementBytes).join(' ');
    return fail(`a dtype of ${known}`, showValue(dtype), name, 'Convert the file to F32, F16 or BF16.');
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    return fail('a shape of non-negative integers', showValue(shape), name);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return fail('data_offsets of two non-negative integers', showValue(offsets), name);
  }
  const [begin, end] = offsets as number[];
  if (begin > end) return fail('data_offsets in rising order', showShape([begin, end]), name);
  let bytes: number = elementBytes[dtype];
  for (const dim of shape) {
    bytes *= dim;
    if (bytes > Number.MAX_SAFE_INTEGER) return fail('a tensor below 2^53 bytes', `shape ${showShape(shape)}`, name);
  }
  if (bytes !== end - begin) {
    return fail(`${bytes} bytes for ${dtype} ${showShape(shape)}`, `data_offsets of ${end - begin} bytes`, name);
  }
  if (end > dataBytes) {
    const advice = 'The file is truncated: its download or copy was interrupted. Download it again.';
    return fail(`data up to byte ${end}`, `${dataBytes} bytes of data`, name, advice);
  }
  return { dtype, shape, begin, end };
}

/** Checks that every byte of the data belongs to exactly one tensor, as the format requires. */
function checkCover(entries: [string, TensorEntry][], dataBytes: number, fail: Fail): void {
  let covered = 0;
  let last = 'the header';
  for (const [name, { begin, end }] of entries) {
    if (begin < covered)
      fail(`data after that of ${last}, from byte ${covered}`, `an overlap from byte ${begin}`, name);
    if (begin > covered) fail(`data right after that of ${last}, at byte ${covered}`, `a gap up to ${begin}`, name);
    covered = end;
    last = showValue(name);
  }
  if (covered !== dataBytes) fail(`${covered} bytes of data`, `${dataBytes - covered} more after ${last}`);
}

/** Finds the first duplicate key in an object of the (valid) JSON text. JSON.parse would silently keep the last one. */
function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/gs;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(token.slice(0, -colon.length)) as string;
      const keys = open[open.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
