/** Reads the local headers of zip archives, which say more than readers tell. Source: PKWARE's APPNOTE, section 4.3.7. */

export interface LocalFile {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Where its data begin. */
  readonly start: number;
}

/** The files of an archive in the order of their data. */
export function localFiles(bytes: Uint8Array): LocalFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const files: LocalFile[] = [];
  for (let at = 0; view.getUint32(at, true) === 0x04034b50;) {
    const [nameLength, extraLength] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)];
    const start = at + 30 + nameLength + extraLength;
    const name = new TextDecoder().decode(bytes.subarray(at + 30, at + 30 + nameLength));
    files.push({ name, method: view.getUint16(at + 8, true), start });
    at = start + view.getUint32(at + 18, true);
  }
  return files;
}
