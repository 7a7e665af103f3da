/**
 * A download in a folder. Its bytes lie in files of their own, `NAME.download.0` and on, because a file of the browser's private
 * file system appears only when it is closed: what has arrived stays, even if the page is closed. The record `NAME.download`
 * says to which file they belong, and whether it is whole. Together they can be read as one file, without copying them.
 */
import type { Folder } from './folder.ts';
import type { Arrived, FileVersion, Incoming } from './request.ts';

interface DownloadRecord extends FileVersion {
  readonly url: string;
  /** Bytes of each part. */
  readonly parts: readonly number[];
  readonly whole: boolean;
}

/** Ending of the name of a record. */
const RECORD = '.download';

export class Download {
  private constructor(
    private readonly folder: Folder,
    /** Name of the file that is downloaded. */
    readonly name: string,
    private record: DownloadRecord,
  ) {}

  /** The downloads of a folder, whole and partial ones. */
  static async all(folder: Folder): Promise<Download[]> {
    const found: Download[] = [];
    for (const file of await folder.names()) {
      const record = file.endsWith(RECORD) ? await folder.file(file) : undefined;
      if (!record) continue;
      const name = file.slice(0, -RECORD.length);
      found.push(new Download(folder, name, JSON.parse(await record.text()) as DownloadRecord));
    }
    return found;
  }

  /** Begins a download: what arrived before under this name is deleted. @throws UserError if there is no space */
  static async begin(
    folder: Folder,
    name: string,
    url: string,
    { version, total, validator }: FileVersion,
  ): Promise<Download> {
    await Download.delete(folder, name);
    const download = new Download(folder, name, { url, version, total, validator, parts: [], whole: false });
    await download.save(download.record);
    return download;
  }

  /** Deletes a download, whole or not, if there is one of this name. */
  static async delete(folder: Folder, name: string): Promise<void> {
    await folder.delete(name + RECORD); // first, so that no record is left that lacks its parts
    for (const file of await folder.names()) {
      if (file.startsWith(`${name}${RECORD}.`)) await folder.delete(file);
    }
  }

  get url(): string {
    return this.record.url;
  }

  get whole(): boolean {
    return this.record.whole;
  }

  /** Bytes of the whole file; 0 if the server did not say. */
  get total(): number {
    return this.record.total;
  }

  /** Bytes that have arrived. */
  get bytes(): number {
    return this.record.parts.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** What has arrived, if a later request can go on from there: the version of the file must be known, and its length. */
  get arrived(): Arrived | undefined {
    const { bytes, record } = this;
    const canContinue = !record.whole && bytes > 0 && bytes < record.total && record.validator !== undefined;
    return canContinue ? { ...record, bytes } : undefined;
  }

  /**
   * Stores bytes after those that have arrived, as far as they come.
   * @throws UserError if there is no space; errors of `body`, after storing what came before
   */
  async append(body: Incoming['body']): Promise<void> {
    const pieces = body[Symbol.asyncIterator]();
    const { folder, total } = this;
    const what = `${this.name}, which has ${total || 'an unknown number of'} bytes`;
    const end = { reached: false, failed: false, error: undefined as unknown };
    while (!end.reached) {
      let bytes = 0;
      const part = async function* (): AsyncGenerator<Uint8Array> {
        while (bytes < folder.partBytes) {
          try {
            const next = await pieces.next();
            end.reached = next.done === true;
            if (next.done) return;
            bytes += next.value.length;
            yield next.value;
          } catch (error) {
            Object.assign(end, { reached: true, failed: true, error });
            return;
          }
        }
      };
      const { parts } = this.record;
      const file = this.part(parts.length);
      await folder.write(file, part(), what);
      if (bytes === 0) await folder.delete(file);
      const whole = (end.reached && !end.failed) || (total > 0 && this.bytes + bytes === total);
      await this.save({ ...this.record, whole, parts: bytes === 0 ? parts : [...parts, bytes] });
    }
    if (end.failed) throw end.error;
  }

  /** The whole file; undefined if it is not whole, or if parts of it were deleted. */
  async file(): Promise<Blob | undefined> {
    if (!this.whole) return undefined;
    const parts: Blob[] = [];
    for (const [i, bytes] of this.record.parts.entries()) {
      const part = await this.folder.file(this.part(i));
      if (part?.size !== bytes) return undefined;
      parts.push(part);
    }
    return new Blob(parts);
  }

  private part(index: number): string {
    return `${this.name}${RECORD}.${index}`;
  }

  private async save(record: DownloadRecord): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(record));
    const content = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytes);
    };
    await this.folder.write(this.name + RECORD, content(), `the record of ${this.name}`);
    this.record = record;
  }
}
