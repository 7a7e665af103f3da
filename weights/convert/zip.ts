/** Reads zip archives by range, as far as PyTorch uses them: uncompressed entries, zip64, no encryption. Source: PKWARE's
 *  APPNOTE, sections 4.3 and 4.5.
 *
 *  The directory at the end of the file is authoritative. It is checked against the length of the file and for entries that
 *  overlap. */
import { type ByteSource, readExactly } from '../byteSource.ts';
import { WeightsError } from '../errors.ts';
import { getU64, utf8, viewOf } from './bytes.ts';
import { showValue } from '../printable.ts';
import { limits } from './limits.ts';

export interface ZipEntry {
  readonly name: string;
  /** Number of stored bytes. */
  readonly size: number;
  /** Compression method; 0 for none. */
  readonly method: number;
  readonly crc: number;
  /** Position of its local header. */
  readonly header: number;
  /** Position of the next entry, or of the directory after the last one. */
  readonly limit: number;
}

const signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator: 0x07064b50 };
const endBytes = 22;
const locatorBytes = 20;
const end64Bytes = 56;
const centralBytes = 46;
const localBytes = 30;
const maxComment = 0xffff;

const damaged = 'The archive is damaged or was cut off. Download it again, or save it again with torch.save.';

const repack = 'Unpack the archive and save its tensors again with torch.save.';

type Fail = (expected: string, found: string, entry?: string, advice?: string) => never;

function failIn(file: string): Fail {
  return (expected, found, entry, advice = damaged) => {
    throw new WeightsError({ file: entry === undefined ? file : `${file}: ${entry}`, expected, found, advice });
  };
}

/** Reads the entries of an archive, by name.
 *  @throws WeightsError if the directory is missing, cut off or inconsistent, or a name is not unique */
export async function readZipDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const fail = failIn(source.name);
  const { count, size, offset } = await findDirectory(source, fail);
  if (count > limits.zipEntries) fail(`at most ${limits.zipEntries} entries`, `${count}`);
  if (size > limits.zipDirectoryBytes) fail(`a directory of at most ${limits.zipDirectoryBytes} bytes`, `${size}`);
  const bytes = await readExactly(source, offset, size);
  const listed: Omit<ZipEntry, 'limit'>[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { entry, next } = readCentral(bytes, at, fail);
    if (names.has(entry.name)) fail('unique entries', 'a second one of this name', entry.name);
    names.add(entry.name);
    listed.push(entry);
    at = next;
  }
  if (at !== size) fail(`a directory of ${size} bytes`, `${count} entries in ${at} bytes`);

  listed.sort((a, b) => a.header - b.header);
  const entries = new Map<string, ZipEntry>();
  for (const [i, entry] of listed.entries()) {
    const limit = i + 1 < listed.length ? listed[i + 1].header : offset;
    const minEnd = entry.header + localBytes + entry.name.length + entry.size;
    if (minEnd > limit) {
      const after = i + 1 < listed.length ? `${listed[i + 1].name}, which begins there` : 'the directory';
      fail(`an entry that ends before byte ${limit}`, `${entry.size} bytes that run into ${after}`, entry.name);
    }
    entries.set(entry.name, { ...entry, limit });
  }
  return entries;
}

/** Finds the data of an entry. @returns their position
 *  @throws WeightsError if they are compressed, overlap the next entry, or follow the local header of another entry */
export async function zipDataStart(source: ByteSource, entry: ZipEntry): Promise<number> {
  const fail = failIn(source.name);
  const { method } = entry;
  if (method !== 0)
    fail('uncompressed data, as PyTorch writes them', `compression method ${method}`, entry.name, repack);
  const view = viewOf(await readExactly(source, entry.header, localBytes));
  if (view.getUint32(0, true) !== signature.local) fail('a local header', 'other bytes', entry.name);
  const nameLength = view.getUint16(26, true);
  const start = entry.header + localBytes + nameLength + view.getUint16(28, true);
  if (start + entry.size > entry.limit) {
    fail(`data that end before byte ${entry.limit}`, `an end at byte ${start + entry.size}`, entry.name);
  }
  const name = utf8(await readExactly(source, entry.header + localBytes, nameLength));
  if (name !== entry.name) {
    fail('the same name in the directory and before the data', showValue(name), entry.name);
  }
  return start;
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/** Finds the end record, which is at the end of the file; only a comment may follow. */
async function findDirectory(source: ByteSource, fail: Fail): Promise<Directory> {
  const tailStart = Math.max(0, source.size - endBytes - maxComment);
  const tail = await readExactly(source, tailStart, source.size - tailStart);
  const view = viewOf(tail);
  let at = tail.length - endBytes;
  while (
    at >= 0 &&
    !(view.getUint32(at, true) === signature.end && at + endBytes + view.getUint16(at + 20, true) === tail.length)
  ) {
    at--;
  }
  if (at < 0) fail('the directory of a zip archive at its end', 'none');
  const end = tailStart + at;
  const short = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  if (view.getUint16(at + 4, true) !== 0 && view.getUint16(at + 4, true) !== 0xffff) {
    fail('one archive', `part ${view.getUint16(at + 4, true) + 1} of several`);
  }
  const long = await readEnd64(source, end, fail);
  const directory = long ? long.directory : short;
  const directoryEnd = long ? long.start : end;
  if (directory.offset + directory.size !== directoryEnd) {
    const found = `${directory.size} bytes from byte ${directory.offset}`;
    fail(`a directory that ends at byte ${directoryEnd}`, found);
  }
  return directory;
}

/** Reads the zip64 end record, if there is a locator before the end record. */
async function readEnd64(
  source: ByteSource,
  end: number,
  fail: Fail,
): Promise<{ directory: Directory; start: number } | undefined> {
  if (end < locatorBytes) return undefined;
  const locator = viewOf(await readExactly(source, end - locatorBytes, locatorBytes));
  if (locator.getUint32(0, true) !== signature.locator) return undefined;
  const start = getU64(locator, 8);
  if (start + end64Bytes > end - locatorBytes) fail(`a zip64 record before byte ${end}`, `byte ${start}`);
  const view = viewOf(await readExactly(source, start, end64Bytes));
  if (view.getUint32(0, true) !== signature.end64) fail(`a zip64 record at byte ${start}`, 'other bytes');
  return { directory: { count: getU64(view, 32), size: getU64(view, 40), offset: getU64(view, 48) }, start };
}

function readCentral(bytes: Uint8Array, at: number, fail: Fail): { entry: Omit<ZipEntry, 'limit'>; next: number } {
  const view = viewOf(bytes);
  if (at + centralBytes > bytes.length || view.getUint32(at, true) !== signature.central) {
    fail(`an entry at byte ${at} of the directory`, 'other bytes, or its end');
  }
  const nameEnd = at + centralBytes + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > bytes.length) fail(`an entry at byte ${at} of the directory`, 'one that runs over its end');
  const name = utf8(bytes.subarray(at + centralBytes, nameEnd));
  if (name === undefined) return fail('names in UTF-8', `other bytes at byte ${at} of the directory`);
  if (view.getUint16(at + 8, true) & 1) fail('no encryption', 'an encrypted entry', name, repack);
  const method = view.getUint16(at + 10, true);

  // A field with all bits set has its value in the zip64 extra field, in this order.
  const places = longFields(view, nameEnd, extraEnd);
  const field = (short: number): number => {
    if (short !== 0xffffffff) return short;
    const place = places.shift();
    return place === undefined ? fail('a zip64 field for a large entry', 'none', name) : getU64(view, place);
  };
  const size = field(view.getUint32(at + 24, true));
  const packed = field(view.getUint32(at + 20, true));
  const header = field(view.getUint32(at + 42, true));
  if (method === 0 && packed !== size) fail('a stored entry of one size', `${packed} bytes for ${size}`, name);
  return { entry: { name, size: packed, method, crc: view.getUint32(at + 16, true), header }, next };
}

/** Positions of the 64-bit values in the zip64 extra field (id 1). */
function longFields(view: DataView, begin: number, end: number): number[] {
  const places: number[] = [];
  for (let at = begin; at + 4 <= end;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      for (let place = at + 4; place + 8 <= Math.min(end, at + 4 + length); place += 8) places.push(place);
    }
    at += 4 + length;
  }
  return places;
}
