/**
 * Values as Arrow columns (https://arrow.apache.org/docs/format/Columnar.html). They are batches around typed arrays:
 * nothing is copied value by value.
 */
import {
  Batch,
  bool,
  field,
  fixedSizeBinary,
  fixedSizeList,
  float32,
  float64,
  int64,
  list,
  struct,
  uint16,
  uint32,
  uint8,
  utf8,
  type DataType,
  type TypedArray,
} from '@uwdata/flechette';
import { concat } from './protobuf.ts';

/** Values of one type. */
export type Values = Batch<unknown>;

interface Parts {
  values?: TypedArray;
  offsets?: Int32Array;
  children?: Values[];
}

/** Without a validity bitmap: no value is missing. */
const batch = (type: DataType, length: number, parts: Parts): Values =>
  new Batch({ type, length, nullCount: 0, validity: new Uint8Array(), ...parts });

/** The Arrow type of a typed array's elements. */
function typeOf(array: TypedArray): DataType {
  if (array instanceof Float32Array) return float32();
  if (array instanceof Float64Array) return float64();
  if (array instanceof Uint32Array) return uint32();
  if (array instanceof Uint16Array) return uint16();
  if (array instanceof Uint8Array) return uint8();
  if (array instanceof BigInt64Array) return int64();
  throw new TypeError(`Arrow: a recording holds no ${array.constructor.name}.`);
}

export const numbers = (array: TypedArray): Values => batch(typeOf(array), array.length, { values: array });

/** Vectors of `size` numbers, one after the other. */
export const vectors = (array: TypedArray, size: number): Values =>
  batch(fixedSizeList(field('item', typeOf(array), false), size), array.length / size, { children: [numbers(array)] });

/** One value: the bytes of pixels. */
export const blob = (array: Uint8Array): Values => oneList(numbers(array));

/** One flag. */
export const flag = (value: boolean): Values => batch(bool(), 1, { values: Uint8Array.of(value ? 1 : 0) });

export function texts(...values: string[]): Values {
  const encoded = values.map((value) => new TextEncoder().encode(value));
  const offsets = new Int32Array(values.length + 1);
  encoded.forEach(({ length }, i) => (offsets[i + 1] = offsets[i] + length));
  return batch(utf8(), values.length, { offsets, values: concat(encoded) });
}

/** One identifier of sixteen bytes. */
export const identifier = (value: Uint8Array): Values => batch(fixedSizeBinary(16), 1, { values: value });

/** A field of records: its name, its values, and whether they may be missing. */
export type RecordField = readonly [name: string, values: Values, canMiss?: 'canMiss'];

/** Records: each field has a value for each of them. */
export const records = (...fields: readonly RecordField[]): Values =>
  batch(
    struct(fields.map(([name, { type }, canMiss]) => field(name, type, canMiss !== undefined))),
    fields[0][1].length,
    {
      children: fields.map(([, values]) => values),
    },
  );

/** One byte that is missing: its bit in the validity bitmap is 0. */
export const missingByte = (): Values =>
  new Batch({ type: uint8(), length: 1, nullCount: 1, validity: Uint8Array.of(0), values: Uint8Array.of(0) });

/** One list of the values. */
export const oneList = (values: Values): Values =>
  batch(list(field('item', values.type, false)), 1, { offsets: Int32Array.of(0, values.length), children: [values] });

/** Empty lists. @param none no values of the type that the lists could hold */
export const emptyLists = (count: number, none: Values): Values =>
  batch(list(field('item', none.type, false)), count, { offsets: new Int32Array(count + 1), children: [none] });

/** One row that holds all the values: a component of an entity. */
export const row = (values: Values): Values =>
  batch(list(field('item', values.type)), 1, { offsets: Int32Array.of(0, values.length), children: [values] });
