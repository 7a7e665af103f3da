/** Reads the legacy format of PyTorch, the default before version 1.6. It has five pickles: a magic number, a version,
 *  properties of the machine, the object, and the list of storage keys. Then for each key follow the number of elements (i64)
 *  and the elements, always little-endian. Source: torch/serialization.py, `_legacy_save`. */
import { type ByteSource, readExactly } from '../byteSource.ts';
import { WeightsError } from '../errors.ts';
import { getU64, viewOf } from './bytes.ts';
import { limits } from './limits.ts';
import { PickleCutOff, readPickle } from './pickle.ts';
import { List, type PickleValue, type Storage, describe } from './pickleValues.ts';
import type { StoredBytes } from './tensorBytes.ts';
import type { TorchFile } from './torchFile.ts';

/** The start of every legacy file: protocol 2, LONG1 of ten bytes, 0x1950a86a20f9469cfc6c. */
export const legacyStart = Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);

const version = 1001;
const firstWindow = 2 ** 16;
const damaged = 'The file is damaged or was cut off. Download it again, or save it again with torch.save.';

interface Head {
  readonly root: PickleValue;
  readonly storages: ReadonlyMap<string, Storage>;
  readonly keys: readonly PickleValue[];
  /** Position of the first storage. */
  readonly end: number;
}

/** Opens a legacy file. @throws WeightsError if it is damaged, malicious or of another version */
export async function openTorchLegacy(source: ByteSource): Promise<TorchFile> {
  const { root, storages, keys, end } = await readHead(source);
  const places = new Map<string, StoredBytes>();
  let at = end;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) return fail(source.name, 'data of storages that tensors use', `storage ${describeKey(key)}`);
    if (places.has(storage.key)) return fail(source.name, 'unique storages', `storage ${describeKey(key)} twice`);
    const size = storage.elements * storage.width;
    const label = `storage ${storage.key}`;
    if (at + 8 + size > source.size) {
      const found = `${Math.max(0, source.size - at - 8)} before the end of the file`;
      return fail(`${source.name}: ${label}`, `${size} bytes`, found);
    }
    const elements = getU64(viewOf(await readExactly(source, at, 8)), 0);
    if (elements !== storage.elements) {
      return fail(`${source.name}: ${label}`, `${storage.elements} elements`, `${elements}`);
    }
    places.set(storage.key, { start: at + 8, size, bigEndian: false, label });
    at += 8 + size;
  }
  if (at !== source.size) return fail(source.name, `a file of ${at} bytes`, `${source.size - at} more`);
  return {
    root,
    storedBytes: async ({ key }, tensor) => {
      const place = places.get(key);
      if (place) return place;
      const found = `none for storage ${describeKey(key)}`;
      throw new WeightsError({ file: source.name, tensor, expected: 'its data', found, advice: damaged });
    },
  };
}

/** Reads the five pickles. Their length is not stored, so more bytes are read until they end. */
async function readHead(source: ByteSource): Promise<Head> {
  const max = Math.min(source.size, limits.pickleBytes);
  for (let size = Math.min(firstWindow, max); ; size = Math.min(2 * size, max)) {
    const bytes = await readExactly(source, 0, size);
    try {
      return parseHead(bytes, source.name);
    } catch (error) {
      if (!(error instanceof PickleCutOff)) throw error;
    }
    if (size === max) return fail(source.name, 'whole pickles before the data', `no end of them in ${max} bytes`);
  }
}

function parseHead(bytes: Uint8Array, file: string): Head {
  const magic = readPickle(bytes, 0, file);
  const found = readPickle(bytes, magic.end, file);
  if (found.value !== version) fail(file, `version ${version} of PyTorch's legacy format`, describeKey(found.value));
  const machine = readPickle(bytes, found.end, file);
  const { value: root, storages, end: rootEnd } = readPickle(bytes, machine.end, file);
  const { value: keys, end } = readPickle(bytes, rootEnd, file);
  if (!(keys instanceof List)) return fail(file, 'a list of storage keys', describe(keys));
  return { root, storages, keys: keys.items, end };
}

function fail(file: string, expected: string, found: string): never {
  throw new WeightsError({ file, expected, found, advice: damaged });
}

function describeKey(key: PickleValue): string {
  return typeof key === 'string'
    ? JSON.stringify(key.slice(0, 80))
    : typeof key === 'number'
      ? `${key}`
      : describe(key);
}
