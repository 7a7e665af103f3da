/**
 * Where a page keeps files: the browser's private file system, or memory where there is none.
 *
 * The browser writes beside a file and puts the result in its place when it is closed: a file is whole, or it has no bytes.
 */
import { messageOf, UserError } from '../errors.ts';

export interface Folder {
  names(): Promise<string[]>;
  /** @returns undefined where there is no file of this name, or one without bytes */
  file(name: string): Promise<Blob | undefined>;
  /**
   * Writes a file whole, or not at all.
   * @param total bytes expected, for messages
   * @throws UserError if there is no room; what `content` throws; the signal's reason
   */
  write(name: string, content: AsyncIterable<Uint8Array>, total: number, signal?: AbortSignal): Promise<void>;
  /** Nothing happens where there is no such file. */
  delete(name: string): Promise<void>;
}

/** A folder that is there on the next visit. */
export class PrivateFolder implements Folder {
  private constructor(private readonly handle: FileSystemDirectoryHandle) {}

  /** @throws UserError where the browser keeps no files for this page, as in some private windows */
  static async open(name: string): Promise<PrivateFolder> {
    try {
      if (!('createWritable' in FileSystemFileHandle.prototype)) throw new Error('it cannot write them');
      const files = await navigator.storage.getDirectory();
      return new PrivateFolder(await files.getDirectoryHandle(name, { create: true }));
    } catch (error) {
      throw new UserError(`This browser keeps no files for this page: ${messageOf(error)}.`, {
        hint: 'Leave the private window, or allow the page to store data.',
        cause: error,
      });
    }
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of this.handle.keys()) names.push(name);
    return names;
  }

  async file(name: string): Promise<Blob | undefined> {
    const handle = await this.handle.getFileHandle(name).catch(() => undefined);
    const file = await handle?.getFile();
    return file && file.size > 0 ? file : undefined;
  }

  async write(name: string, content: AsyncIterable<Uint8Array>, total: number, signal?: AbortSignal): Promise<void> {
    const handle = await this.handle.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    try {
      for await (const piece of content) {
        signal?.throwIfAborted();
        await stream.write(piece as Uint8Array<ArrayBuffer>);
      }
      signal?.throwIfAborted(); // also after the last piece: until it is closed, nothing is there
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => undefined);
      if (!(await this.file(name))) await this.delete(name);
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      throw new UserError(`This browser has no room for ${name}, which has ${total} bytes.`, {
        hint: 'Make room on the disk, or delete other weights of this page.',
        cause: error,
      });
    }
  }

  async delete(name: string): Promise<void> {
    if (await this.handle.getFileHandle(name).catch(() => undefined)) await this.handle.removeEntry(name);
  }
}

/** A folder that goes with the page. */
export class MemoryFolder implements Folder {
  readonly #files = new Map<string, Blob>();

  names(): Promise<string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  file(name: string): Promise<Blob | undefined> {
    return Promise.resolve(this.#files.get(name));
  }

  async write(name: string, content: AsyncIterable<Uint8Array>, _total: number, signal?: AbortSignal): Promise<void> {
    const pieces: BlobPart[] = [];
    for await (const piece of content) {
      signal?.throwIfAborted();
      pieces.push(piece as Uint8Array<ArrayBuffer>);
    }
    signal?.throwIfAborted();
    this.#files.set(name, new Blob(pieces));
  }

  delete(name: string): Promise<void> {
    this.#files.delete(name);
    return Promise.resolve();
  }
}
