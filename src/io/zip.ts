/** Zip archives inside file formats. The same files give the same bytes. */
import { zipSync, type Zippable } from 'fflate';

export type ZipFiles = readonly (readonly [name: string, bytes: Uint8Array])[];

/** The first day that zip archives know: a fixed date. */
const FIRST_DAY = new Date(1980, 0, 1);
/** Bytes of a local file header before its name, and of the header of one extra field (PKWARE's APPNOTE, sections 4.3.7 and 4.5.1). */
const HEADER_BYTES = 30;
const EXTRA_BYTES = 4;
/** Id of the extra field that pads up to the alignment. Readers skip fields that they do not know. */
const PADDING = 0x4246;

/** Compresses files, in their order. */
export function zipCompressed(files: ZipFiles): Uint8Array {
  return zipSync(Object.fromEntries(files), { mtime: FIRST_DAY });
}

/**
 * Stores files without compression, in their order, so that the data of each begin at a multiple of `alignment` bytes.
 * @param files their names are ASCII
 */
export function zipAligned(files: ZipFiles, alignment: number): Uint8Array {
  const entries: Zippable = {};
  let at = 0;
  for (const [name, bytes] of files) {
    const start = at + HEADER_BYTES + name.length + EXTRA_BYTES;
    const padding = (alignment - (start % alignment)) % alignment;
    entries[name] = [bytes, { extra: { [PADDING]: new Uint8Array(padding) } }];
    at = start + padding + bytes.length;
  }
  return zipSync(entries, { level: 0, mtime: FIRST_DAY });
}
