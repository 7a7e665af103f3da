/** Changes to files: of bytes, of JSON values, of texts. */
import type { Random } from './random.ts';

/** Bytes that mean something to pickles, archives, texts and integers. */
const TELLING = [
  ...Array.from('().0]}Rbceghjqrtsu2aKJMXUQ"{[,:\n ', (char) => char.charCodeAt(0)),
  ...[0, 1, 0x1b, 0x7f, 0x80, 0x81, 0x85, 0x9b, 0xff],
];

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
export const textBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const bytesText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** One to four changes: bytes replaced, removed, repeated or put in. */
export function changedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let out = bytes;
  for (let change = random.below(4); change >= 0; change--) {
    const at = random.below(out.length);
    const length = 1 + random.below(12);
    const some = Uint8Array.from({ length }, () => random.pick(TELLING));
    const kind = random.below(5);
    if (kind === 0) out = out.with(at, random.below(256));
    else if (kind === 1) out = out.with(at, some[0]);
    else if (kind === 2) out = joined(out.subarray(0, at), out.subarray(at + length));
    else if (kind === 3) out = joined(out.subarray(0, at), out.subarray(random.below(at + 1)));
    else out = joined(out.subarray(0, at), some, out.subarray(at));
    if (out.length === 0) return Uint8Array.of(0);
  }
  return out;
}

/** The first part of a file: at least one byte is missing. */
export const cutOff = (bytes: Uint8Array, random: Random): Uint8Array => bytes.subarray(0, random.below(bytes.length));

/** One bit is another one. @param from first byte that may be changed @param to first byte that may not */
export function flipped(bytes: Uint8Array, random: Random, from = 0, to = bytes.length): Uint8Array {
  const at = from + random.below(to - from);
  return bytes.with(at, bytes[at] ^ (1 << random.below(8)));
}

/** Whole numbers at the ends of their types, and one step beyond. */
const NUMBERS = [
  ...[0, 1, -1, 2, 0.5, -0, 255, 256, 32767, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32],
  ...[2 ** 40, 2 ** 53, 1e15, 1e17, 1e300, -1e300, 1e-300],
];

export const oddNumber = (random: Random): number => random.pick(NUMBERS);

/** A number near another one, or far from it. */
export function changedNumber(value: number, random: Random): number {
  const kind = random.below(6);
  if (kind === 0) return value + 1;
  if (kind === 1) return value - 1;
  if (kind === 2) return -value;
  if (kind === 3) return value * 2;
  if (kind === 4) return value * 65537;
  return oddNumber(random);
}

/** Names and values that programs stumble over. */
const TEXTS = [
  ...[
    '',
    ' ',
    'a',
    '..',
    '../a',
    '/',
    'a/b',
    '\\',
    '.',
    '\0',
    'a\0b',
    '\x1b[31mred',
    '\x9b2J',
    '\u202e',
    '\ud800',
    '😀',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__metadata__', 'length', 'null', 'NaN', '1e400', '%s'],
];

export const oddText = (random: Random): string => (random.once(40) ? 'x'.repeat(70_000) : random.pick(TEXTS));

/** Stands for a value that JSON.stringify cannot write: its place is taken by brackets nested this deep. */
const DEEP = '@deep@';
const DEPTH = 8_000;

const oddValue = (random: Random): unknown => {
  const kind = random.below(8);
  if (kind === 0) return null;
  if (kind === 1) return random.once(2);
  if (kind <= 3) return oddNumber(random);
  if (kind === 4) return oddText(random);
  if (kind === 5) return [];
  if (kind === 6) return {};
  return random.once(8) ? DEEP : [[oddNumber(random)], { a: null }];
};

type Parent = unknown[] | Record<string, unknown>;

/** Every value of a JSON value with the list or object that holds it. */
function places(value: unknown, found: [Parent, string][] = []): [Parent, string][] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Parent, key]);
    places((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/** Sets a key, `__proto__` too, as JSON.parse does. */
function put(parent: Parent, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
}

/** One to three changes in a JSON text: values replaced, removed, repeated, moved, or put in under odd names. */
function changedJson(text: string, random: Random): string {
  const root: { value: unknown } = { value: JSON.parse(text) };
  for (let change = random.below(3); change >= 0; change--) {
    const [parent, key] = random.pick(places(root));
    const value = (parent as Record<string, unknown>)[key];
    const kind = random.below(7);
    if (kind === 0) put(parent, key, oddValue(random));
    else if (kind === 1 && parent !== root) {
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
    } else if (kind === 2) {
      if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(value));
      else put(parent, oddText(random), structuredClone(value));
    } else if (kind === 3) {
      const [otherParent, otherKey] = random.pick(places(root));
      put(parent, key, structuredClone((otherParent as Record<string, unknown>)[otherKey]));
    } else if (typeof value === 'number') put(parent, key, changedNumber(value, random));
    else if (typeof value === 'string') put(parent, key, changedText(value, random));
    else put(parent, key, oddValue(random));
  }
  return JSON.stringify(root.value).replaceAll(`"${DEEP}"`, '['.repeat(DEPTH) + ']'.repeat(DEPTH));
}

/** A text with characters replaced, removed, repeated or put in. */
export function changedText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const kind = random.below(4);
  if (kind === 0) return text.slice(0, at) + oddText(random) + text.slice(at);
  if (kind === 1) return text.slice(0, at) + text.slice(at + 1 + random.below(4));
  if (kind === 2) return text.slice(0, at) + text.slice(random.below(at + 1));
  return oddText(random);
}

/** A JSON text: its values changed, its characters, or its bytes. */
export function changedJsonBytes(text: string, random: Random): Uint8Array {
  const kind = random.below(8);
  if (kind === 0) return changedBytes(textBytes(text), random);
  if (kind === 1) return textBytes(changedText(text, random));
  return textBytes(changedJson(text, random));
}
