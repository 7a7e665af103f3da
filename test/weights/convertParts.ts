/** Makes torch files byte by byte: pickles from opcodes, correct ones and false ones. */
import { type Entry, joinParts, little, type Part } from '../../tools/fuzz/zipParts.ts';

export { type Entry, joinParts, little, sparseZip, zip, type ZipOptions } from '../../tools/fuzz/zipParts.ts';

// Pickles. Each function gives the opcodes that leave one value on the stack.

export const pickle = (...parts: Part[]): Uint8Array => joinParts('\x80\x02', ...parts, '.');
export const none = joinParts('N');
export const text = (value: string): Uint8Array => {
  const bytes = Buffer.from(value);
  return joinParts('X', little(bytes.length, 4), bytes);
};
/** An integer as BININT if it fits, else as LONG1. */
export const int = (value: number): Uint8Array =>
  value === (value | 0) ? joinParts('J', little(value, 4)) : joinParts('\x8a\x08', little(value, 8));
export const tuple = (...items: Part[]): Uint8Array => joinParts('(', ...items, 't');
export const list = (...items: Part[]): Uint8Array => joinParts('](', ...items, 'e');
export const dict = (...pairs: [key: string, value: Part][]): Uint8Array =>
  joinParts('}(', ...pairs.flatMap(([key, value]) => [text(key), value]), 'u');
export const global = (module: string, name: string): Uint8Array => joinParts(`c${module}\n${name}\n`);
export const call = (fn: Part, ...args: Part[]): Uint8Array => joinParts(fn, tuple(...args), 'R');
export const ordered = call(global('collections', 'OrderedDict'));

export const storage = (key: string, elements: number, cls = 'FloatStorage', module = 'torch'): Uint8Array =>
  joinParts(tuple(text('storage'), global(module, cls), text(key), text('cpu'), int(elements)), 'Q');

export interface Geometry {
  offset?: number;
  shape?: number[];
  strides?: number[];
}

/** A tensor of `[2]` at the start of its storage, unless told otherwise. */
export function tensor(of: Part, { offset = 0, shape = [2], strides = [1] }: Geometry = {}): Uint8Array {
  const counts = (values: number[]): Uint8Array => tuple(...values.map(int));
  const args = [of, int(offset), counts(shape), counts(strides), joinParts('\x89'), ordered];
  return call(global('torch._utils', '_rebuild_tensor_v2'), ...args);
}

/** A torch archive of a pickle and its storages. */
export function torchEntries(root: Uint8Array, storages: Record<string, Uint8Array | number> = {}): Entry[] {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `a/data/${key}`, data: bytes }));
  return [{ name: 'a/data.pkl', data: root }, ...data, { name: 'a/version', data: joinParts('3\n') }];
}
