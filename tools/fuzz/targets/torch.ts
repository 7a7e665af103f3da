/** Weights in files of torch.save: zip archives, and the legacy format. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteSource, bytesSource } from '../../../weights/byteSource.ts';
import { convertTorch } from '../../../weights/convert/convertTorch.ts';
import { limits } from '../../../weights/convert/limits.ts';
import { readZipDirectory, zipDataStart } from '../../../weights/convert/zip.ts';
import { writeSafetensors } from '../../../weights/safetensorsWriter.ts';
import { type Entry, zip, type ZipOptions } from '../zipParts.ts';
import { digestOf } from '../digest.ts';
import { changedBytes, cutOff, flipped, oddNumber } from '../mutate.ts';
import type { Random } from '../random.ts';
import type { Case, Files, Target } from '../target.ts';

const NAME = 'fuzz.pth';
const FOLDER = join('test', 'golden', 'torch');

/** A sound file, and the digest of its tensors; none for files that are refused. */
interface Sound {
  readonly bytes: Uint8Array;
  readonly digest?: string;
}

async function soundFiles(isZip: boolean): Promise<Sound[]> {
  const names = (await readdir(FOLDER, { recursive: true })).filter((name) => /\.pth?$/.test(name)).sort();
  const files: Sound[] = [];
  for (const name of names) {
    const bytes = new Uint8Array(await readFile(join(FOLDER, name)));
    if ((bytes[0] === 0x50) !== isZip) continue;
    const digest = await read({ [NAME]: bytes }).catch(() => undefined);
    files.push({ bytes, ...(digest !== undefined && { digest }) });
  }
  return files;
}

/** Converts to the end. The file's size bounds how much is read and written. */
async function read(files: Files): Promise<string> {
  const [bytes] = Object.values(files);
  const memory = bytesSource(bytes, NAME);
  const most = (limits.growth + 4) * bytes.length + limits.freeBytes;
  let [taken, written] = [0, 0];
  const source: ByteSource = {
    ...memory,
    read: (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > bytes.length) throw new Error('a read outside the file');
      taken += length;
      return memory.read(offset, length);
    },
  };
  const { tensors, metadata } = await convertTorch(source);
  const parts: (string | Uint8Array)[] = tensors.map(({ name, dtype, shape }) => `${name} ${dtype} ${shape.join()}`);
  for await (const chunk of writeSafetensors(tensors, metadata)) {
    written += chunk.length;
    parts.push(chunk);
  }
  if (taken > most || written > most) throw new Error(`more than ${most} bytes were read or written`);
  return digestOf(...parts);
}

/** The entries of an archive, which can be told otherwise. */
async function entriesOf(bytes: Uint8Array): Promise<Entry[]> {
  const source = bytesSource(bytes, NAME);
  const entries: Entry[] = [];
  for (const entry of (await readZipDirectory(source)).values()) {
    if (entry.method !== 0) continue;
    const start = await zipDataStart(source, entry);
    entries.push({ name: entry.name, data: bytes.slice(start, start + entry.size) });
  }
  return entries;
}

const LIES = ['size', 'packed', 'header', 'method', 'flags'] as const;
const ENDS = ['count', 'size', 'offset', 'disk'] as const;

/** A number for a field of an archive: a small one, or one at the end of its type. */
const field = (random: Random): number =>
  random.once(2) ? random.below(300) : Math.trunc(Math.abs(oddNumber(random))) % 2 ** 53;

/** An archive with one entry or record that is wrong. */
function changedArchive(entries: readonly Entry[], random: Random): Uint8Array {
  const changed = entries.map((entry) => ({ ...entry }));
  const options: { -readonly [Key in keyof ZipOptions]: ZipOptions[Key] } = { zip64: random.once(4) };
  const which = random.below(changed.length);
  const kind = random.below(6);
  if (kind === 0) changed[which] = { ...changed[which], lies: { [random.pick(LIES)]: field(random) } };
  else if (kind === 1) options.end = { [random.pick(ENDS)]: field(random) };
  else if (kind === 2) changed.splice(which, 0, { ...changed[which] });
  else if (kind === 3) changed.splice(which, 1);
  else if (kind === 4) [changed[0].data, changed[which].data] = [changed[which].data, changed[0].data];
  else changed[which] = { ...changed[which], localName: random.pick(['', 'a', `${changed[which].name}x`]) };
  return zip(changed, options);
}

/** The archive's pickle changed, in an archive that is sound. */
const changedPickle = (entries: readonly Entry[], random: Random): Uint8Array =>
  zip(
    entries.map((entry) =>
      entry.name.endsWith('/data.pkl') ? { ...entry, data: changedBytes(entry.data as Uint8Array, random) } : entry,
    ),
  );

export const torchZip: Target = {
  name: 'torch-zip',
  about: 'PyTorch files since version 1.6: a zip archive with a pickle',
  async open() {
    const files = await soundFiles(true);
    const archives = await Promise.all(files.map(async (file) => ({ ...file, entries: await entriesOf(file.bytes) })));
    return {
      make(random): Case {
        const { bytes, digest, entries } = random.pick(archives);
        const right = digest === undefined ? [] : [digest];
        const kind = random.below(10);
        if (kind === 0) return { files: { [NAME]: cutOff(bytes, random) }, allowed: [] };
        // Checksums cover what tensors are made of.
        if (kind <= 2) return { files: { [NAME]: flipped(bytes, random) }, allowed: right };
        if (kind === 3) return { files: { [NAME]: changedBytes(bytes, random) } };
        if (kind <= 5) return { files: { [NAME]: changedArchive(entries, random) } };
        return { files: { [NAME]: changedPickle(entries, random) } };
      },
      read,
    };
  },
};

export const torchLegacy: Target = {
  name: 'torch-legacy',
  about: 'PyTorch files before version 1.6: five pickles and the data',
  async open() {
    const files = await soundFiles(false);
    return {
      make(random): Case {
        const { bytes } = random.pick(files);
        if (random.once(8)) return { files: { [NAME]: cutOff(bytes, random) }, allowed: [] };
        if (random.once(4)) return { files: { [NAME]: flipped(bytes, random) } };
        return { files: { [NAME]: changedBytes(bytes, random) } };
      },
      read,
    };
  },
};
