/** Damaged files: whatever a few wrong bytes do, conversion ends with tensors or with an error that explains itself. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ByteSource, bytesSource } from '../../weights/byteSource.ts';
import { convertTorch } from '../../weights/convert/convertTorch.ts';
import { limits } from '../../weights/convert/limits.ts';
import { readZipDirectory, zipDataStart } from '../../weights/convert/zip.ts';
import { WeightsError } from '../../weights/errors.ts';
import { writeSafetensors } from '../../weights/safetensorsWriter.ts';
import { type Entry, zip } from './convertParts.ts';

const folder = new URL('../golden/torch/', import.meta.url);
const names = ['.', 'refused'].flatMap((sub) =>
  readdirSync(new URL(`${sub}/`, folder))
    .filter((name) => /\.pth?$/.test(name))
    .map((name) => `${sub}/${name}`),
);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

/** Whole numbers below `limit`, the same for a seed on every machine. Marsaglia, Xorshift RNGs, 2003. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % limit;
  };
}

/** Bytes that mean something to pickles, archives and integers. */
const telling = [
  ...Array.from('().0]}Rbceghjqrtsu2aKJMXUQ', (c) => c.charCodeAt(0)),
  0,
  1,
  0x7f,
  0x80,
  0x81,
  0x85,
  0xff,
];

/** One to four changes: bytes replaced, removed, repeated or put in. */
function mutated(bytes: Uint8Array, random: (limit: number) => number): Uint8Array {
  let out = bytes;
  for (let change = random(4); change >= 0; change--) {
    const at = random(out.length);
    const length = 1 + random(12);
    const some = Uint8Array.from({ length }, () => telling[random(telling.length)]);
    const kind = random(5);
    if (kind === 0) out = out.with(at, random(256));
    else if (kind === 1) out = out.with(at, some[0]);
    else if (kind === 2) out = joined(out.subarray(0, at), out.subarray(at + length));
    else if (kind === 3) out = joined(out.subarray(0, at), out.subarray(random(at + 1)));
    else out = joined(out.subarray(0, at), some, out.subarray(at));
    if (out.length === 0) return Uint8Array.of(0);
  }
  return out;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Converts to the end. @returns bytes written, or undefined after a WeightsError */
async function outcome(bytes: Uint8Array): Promise<number | undefined> {
  let read = 0;
  const memory = bytesSource(bytes, 'fuzz.pth');
  const source: ByteSource = {
    ...memory,
    read: (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error(`read of ${length} at ${offset}`);
      read += length;
      return memory.read(offset, length);
    },
  };
  let written = 0;
  try {
    const { tensors, metadata } = await convertTorch(source);
    for await (const chunk of writeSafetensors(tensors, metadata)) written += chunk.length;
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error;
    return undefined;
  } finally {
    // The file's size bounds how much conversion may read and write. The head is read in doubling pieces: twice at most.
    const allowed = (limits.growth + 4) * bytes.length + limits.freeBytes;
    expect(read).toBeLessThanOrEqual(allowed);
    expect(written).toBeLessThanOrEqual(allowed);
  }
  return written;
}

describe('mutated files', () => {
  it('start from all files of torch', () => expect(names.length).toBeGreaterThan(14));

  it.each(names)('%s: tensors or a WeightsError', async (name) => {
    const bytes = bytesOf(name);
    const random = randomNumbers(names.indexOf(name) + 1);
    let refused = 0;
    for (let round = 0; round < 200; round++) if ((await outcome(mutated(bytes, random))) === undefined) refused++;
    expect(refused).toBeGreaterThan(0);
  });
});

describe('mutated pickles in sound archives', () => {
  const archives = new Map<string, Entry[]>();
  beforeAll(async () => {
    for (const name of names) {
      const bytes = bytesOf(name);
      if (bytes[0] !== 0x50) continue;
      const source = bytesSource(bytes, name);
      const entries: Entry[] = [];
      for (const entry of (await readZipDirectory(source)).values()) {
        if (entry.method !== 0) continue;
        const start = await zipDataStart(source, entry);
        entries.push({ name: entry.name, data: bytes.slice(start, start + entry.size) });
      }
      archives.set(name, entries);
    }
  });

  it.each(names.filter((name) => !name.includes('legacy')))('%s: tensors or a WeightsError', async (name) => {
    const entries = archives.get(name)!;
    const random = randomNumbers(1000 + names.indexOf(name));
    let refused = 0;
    for (let round = 0; round < 300; round++) {
      const damaged = entries.map((entry) =>
        entry.name.endsWith('/data.pkl') ? { ...entry, data: mutated(entry.data as Uint8Array, random) } : entry,
      );
      if ((await outcome(zip(damaged))) === undefined) refused++;
    }
    expect(refused).toBeGreaterThan(0);
  });
});

it('no file has run anything', () => expect(existsSync('run-by-pickle.txt')).toBe(false));
