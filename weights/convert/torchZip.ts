/** Reads the format of PyTorch 1.6 and later: a zip archive with `name/data.pkl`, `name/data/KEY` for each storage, and
 *  `name/byteorder` since version 2.1. Source: PyTorch's serialization notes, "torch.save file format". */
import { type ByteSource, readExactly } from '../byteSource.ts';
import { WeightsError } from '../errors.ts';
import { latin1 } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { limits } from './limits.ts';
import { PickleCutOff, readPickle } from './pickle.ts';
import type { PickleValue, Storage } from './pickleValues.ts';
import type { StoredBytes } from './tensorBytes.ts';
import type { TorchFile } from './torchFile.ts';
import { type ZipEntry, readZipDirectory, zipDataStart } from './zip.ts';

const damaged = 'The file is damaged or was cut off. Download it again, or save it again with torch.save.';

/** Opens an archive. @throws WeightsError if it is damaged, malicious, or not from torch.save */
export async function openTorchZip(source: ByteSource): Promise<TorchFile> {
  const entries = await readZipDirectory(source);
  const folder = torchFolder([...entries.keys()], source.name);
  const root = await readRoot(source, entries.get(`${folder}/data.pkl`)!);
  const bigEndian = await isBigEndian(source, entries.get(`${folder}/byteorder`));
  const known = new Map<string, Promise<StoredBytes>>();

  const locate = async (storage: Storage, tensor: string): Promise<StoredBytes> => {
    const label = `${folder}/data/${storage.key}`;
    const entry = entries.get(label);
    if (!entry) {
      const found = `no entry ${JSON.stringify(label)}`;
      throw new WeightsError({ file: source.name, tensor, expected: 'its data', found, advice: damaged });
    }
    const start = await zipDataStart(source, entry);
    // Some writers leave out the checksum and store zero.
    return { start, size: entry.size, bigEndian, label, ...(entry.crc !== 0 && { crc: entry.crc }) };
  };
  return {
    root,
    storedBytes: (storage, tensor) => {
      const { key } = storage;
      if (!known.has(key)) known.set(key, locate(storage, tensor));
      return known.get(key)!;
    },
  };
}

/** Finds the one folder with data.pkl. */
function torchFolder(names: readonly string[], file: string): string {
  const folders = names.map((name) => /^([^/]*)\/data\.pkl$/.exec(name)?.[1]).filter((name) => name !== undefined);
  const fail = (expected: string, found: string, advice: string): never => {
    throw new WeightsError({ file, expected, found, advice });
  };
  if (folders.length !== 1) {
    const found = folders.length === 0 ? `other entries: ${names.slice(0, 3).join(', ')}` : `${folders.length}`;
    return fail(
      'an archive of torch.save with one data.pkl',
      found,
      'If the archive holds a checkpoint, unpack it first.',
    );
  }
  const [folder] = folders;
  if (names.includes(`${folder}/constants.pkl`)) {
    const advice =
      'Load it with torch.jit.load and save only the weights: torch.save(model.state_dict(), "weights.pth").';
    fail('weights of torch.save', 'a TorchScript program, which unflat never runs', advice);
  }
  return folder;
}

async function readRoot(source: ByteSource, entry: ZipEntry): Promise<PickleValue> {
  const file = `${source.name}: ${entry.name}`;
  const bytes = await readSmall(source, entry, limits.pickleBytes);
  if (entry.crc !== 0 && crc32(bytes) !== entry.crc) {
    const expected = `bytes with the CRC-32 ${entry.crc.toString(16)}`;
    throw new WeightsError({ file, expected, found: crc32(bytes).toString(16), advice: damaged });
  }
  try {
    return readPickle(bytes, 0, file).value;
  } catch (error) {
    if (!(error instanceof PickleCutOff)) throw error;
    throw new WeightsError({ file, expected: 'a whole pickle', found: 'one that is cut off', advice: damaged });
  }
}

async function isBigEndian(source: ByteSource, entry: ZipEntry | undefined): Promise<boolean> {
  if (!entry) return false;
  const order = latin1(await readSmall(source, entry, 16));
  if (order === 'little' || order === 'big') return order === 'big';
  const file = `${source.name}: ${entry.name}`;
  throw new WeightsError({ file, expected: '"little" or "big"', found: JSON.stringify(order), advice: damaged });
}

async function readSmall(source: ByteSource, entry: ZipEntry, maxBytes: number): Promise<Uint8Array> {
  if (entry.size > maxBytes) {
    const [file, found] = [`${source.name}: ${entry.name}`, `${entry.size} bytes`];
    throw new WeightsError({ file, expected: `at most ${maxBytes} bytes`, found, advice: damaged });
  }
  return readExactly(source, await zipDataStart(source, entry), entry.size);
}
