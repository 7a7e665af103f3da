/** Keys of plans and constants: texts made from all the data that they depend on. All keys are made here. */
import { sha256 } from './sha256.ts';

/** Typed arrays up to this many bytes are written out in a key; longer ones are hashed. */
const SHOWN_BYTES = 64;

/**
 * A text that is equal for equal data and differs for different data. Data are numbers (0 and -0 differ, NaN equals
 * NaN), strings, booleans, null, undefined, arrays, typed arrays, and records of these. The order of a record's fields
 * does not matter, and a field that is undefined counts as absent. Typed arrays of different types differ.
 * @throws TypeError for any other value, such as a function or a class instance, because a key cannot hold all of it
 */
export function keyOf(value: unknown): string {
  return textOf(value, 'value');
}

/** @param path where `value` is inside the data, for errors */
function textOf(value: unknown, path: string): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean' || value === null || value === undefined) return String(value);
  if (typeof value !== 'object') throw notPlain(path, `a ${typeof value}`);
  // `map` would skip the holes of a sparse array.
  if (Array.isArray(value)) return `[${Array.from(value, (item, i) => textOf(item, `${path}[${i}]`)).join(',')}]`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return arrayText(value as Uint8Array);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw notPlain(path, `a ${value.constructor.name}`);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${textOf(field, `${path}.${name}`)}`);
  return `{${fields.join(',')}}`;
}

function arrayText(array: Uint8Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const content =
    bytes.length <= SHOWN_BYTES
      ? Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
      : `sha256 ${sha256(bytes)}`;
  return `${array.constructor.name}(${array.length}: ${content})`;
}

const notPlain = (path: string, found: string): TypeError =>
  new TypeError(
    `keyOf: ${path} is ${found}. A key is made from plain data: numbers, strings, booleans, arrays, typed arrays and ` +
      'records of these.\n  Pass the data that the plan or the constant depends on.',
  );
