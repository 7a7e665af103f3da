/**
 * Folders for the files of a page: in the browser's private file system, or in memory if there is none.
 *
 * The browser writes to a temporary file, and replaces the real one when the stream is closed. So a file is complete or empty.
 */
import { messageOf, UserError } from '../errors.ts';
import { storageState } from './storage.ts';

/** Bytes of a part of a download. They are lost if the page is closed before the next part begins. */
const PART_BYTES = 32 * 2 ** 20;

export interface Folder {
  /** Bytes of the files that a download is stored in. */
  readonly partBytes: number;
  names(): Promise<string[]>;
  /** @returns undefined if there is no file of this name, or if it is empty */
  file(name: string): Promise<Blob | undefined>;
  /**
   * Writes a file completely or not at all.
   * @param what names the file for the user, with its size
   * @throws UserError if there is no space; errors of `content`; the reason of `signal`
   */
  write(name: string, content: AsyncIterable<Uint8Array>, what: string, signal?: AbortSignal): Promise<void>;
  /** Deletes a file, if there is one of this name. */
  delete(name: string): Promise<void>;
  /** Bytes that can still be written; undefined if the browser does not tell. */
  free(): Promise<number | undefined>;
  /**
   * Does work that nobody else may do at the same time, in this page or another one of the site.
   * @param key names the work
   * @throws the reason of `signal` if it is aborted while waiting; errors of `work`
   */
  alone<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
}

/** A folder that is kept for the next visit. */
export class PrivateFolder implements Folder {
  readonly partBytes = PART_BYTES;

  private constructor(private readonly handle: FileSystemDirectoryHandle) {}

  /** @throws UserError if the browser keeps no files for this page, as in some private windows */
  static async open(name: string): Promise<PrivateFolder> {
    try {
      if (!('createWritable' in FileSystemFileHandle.prototype)) throw new Error('it cannot write files');
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

  async write(name: string, content: AsyncIterable<Uint8Array>, what: string, signal?: AbortSignal): Promise<void> {
    const handle = await this.handle.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    try {
      for await (const piece of content) {
        signal?.throwIfAborted();
        await stream.write(piece as Uint8Array<ArrayBuffer>);
      }
      signal?.throwIfAborted(); // also after the last piece: closing the stream makes the file appear
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => undefined);
      if (!(await this.file(name))) await this.delete(name);
      if (!(error instanceof DOMException) || error.name !== 'QuotaExceededError') throw error;
      throw new UserError(`This browser has no room for ${what}.`, {
        hint: 'Free some disk space, or delete other weights of this page.',
        cause: error,
      });
    }
  }

  async delete(name: string): Promise<void> {
    if (await this.handle.getFileHandle(name).catch(() => undefined)) await this.handle.removeEntry(name);
  }

  async free(): Promise<number | undefined> {
    return (await storageState()).free;
  }

  async alone<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return navigator.locks.request(`unflat ${this.handle.name} ${key}`, signal ? { signal } : {}, work);
  }
}

/** A folder in memory, which is lost when the page is closed. */
export class MemoryFolder implements Folder {
  readonly #files = new Map<string, Blob>();
  /** The last work for each key. */
  readonly #work = new Map<string, Promise<unknown>>();

  constructor(readonly partBytes = PART_BYTES) {}

  names(): Promise<string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  file(name: string): Promise<Blob | undefined> {
    return Promise.resolve(this.#files.get(name));
  }

  async write(name: string, content: AsyncIterable<Uint8Array>, _what: string, signal?: AbortSignal): Promise<void> {
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
  free(): Promise<number | undefined> {
    return Promise.resolve(undefined);
  }

  async alone<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#work.get(key);
    const started = (async () => {
      await before?.catch(() => undefined); // its own caller gets the error
      signal?.throwIfAborted();
      return work();
    })();
    this.#work.set(key, started);
    return started;
  }
}
