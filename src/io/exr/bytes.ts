/** Reads the little-endian numbers of an OpenEXR file one after the other, and says where it ends too early. */

/** The file is not an OpenEXR file of the kind that is read. */
export class ExrError extends Error {
  override name = 'ExrError';
}

export class ExrBytes {
  at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  /** @throws ExrError if the file has fewer bytes */
  take(count: number): Uint8Array {
    const end = this.at + count;
    if (!(count >= 0 && end <= this.bytes.length)) {
      throw new ExrError(`The file is cut off: byte ${end} is needed, and it has ${this.bytes.length}.`);
    }
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  u8 = (): number => this.view.getUint8(this.step(1));
  u32 = (): number => this.view.getUint32(this.step(4), true);
  i32 = (): number => this.view.getInt32(this.step(4), true);
  /** As a double: offsets of real files are exact. */
  u64 = (): number => Number(this.view.getBigUint64(this.step(8), true));

  /** Latin-1 text that ends with a zero byte. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new ExrError('The file is cut off in its header.');
    const text = String.fromCharCode(...this.take(Math.min(MAX_TEXT, end - this.at)));
    this.at = end + 1;
    return text;
  }

  private step(count: number): number {
    return this.take(count).byteOffset - this.bytes.byteOffset;
  }
}

/** Names in a header have at most 255 bytes (OpenEXR File Layout, "Attribute Layout"). */
const MAX_TEXT = 255;
