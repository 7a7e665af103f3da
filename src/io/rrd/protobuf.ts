/** Writes Protocol Buffers messages, as far as recordings use them (https://protobuf.dev/programming-guides/encoding). */

/** One field of a message, or a whole message: its bytes. */
export type Encoded = Uint8Array<ArrayBuffer>;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

const keyOf = (field: number, wireType: number): Encoded => varint(8 * field + wireType);

/** A message of fields; a field that is undefined is left out. */
export const message = (...fields: (Encoded | undefined)[]): Encoded =>
  concat(fields.filter((field) => field !== undefined));

/** A field that holds a non-negative integer, a flag or an enumeration. */
export const integer = (field: number, value: number): Encoded => concat([keyOf(field, VARINT), varint(value)]);

/** A field that holds eight bytes. */
export function fixed64(field: number, value: bigint): Encoded {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return concat([keyOf(field, FIXED64), bytes]);
}

/** A field that holds bytes or a message. */
export const bytes = (field: number, value: Uint8Array): Encoded =>
  concat([keyOf(field, LENGTH_DELIMITED), varint(value.length), value]);

export const text = (field: number, value: string): Encoded => bytes(field, new TextEncoder().encode(value));

/** Seven bits in a byte, the lowest first; the high bit says that more follow. Numbers may be larger than 32 bits. */
function varint(value: number): Encoded {
  const out: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) out.push(0x80 | (value % 0x80));
  return Uint8Array.of(...out, value);
}

export function concat(parts: readonly Uint8Array[]): Encoded {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
