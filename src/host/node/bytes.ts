/** Reads byte ranges of a file, so that a checkpoint of gigabytes is never in memory whole. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../errors.ts';
import { explained, reasonOf } from './fileErrors.ts';

export class FileBytes {
  readonly name: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(name: string, size: number, handle: FileHandle) {
    this.name = name;
    this.size = size;
    this.#handle = handle;
  }

  /** @throws UserError if the file cannot be opened or is not a regular file */
  static async open(path: string): Promise<FileBytes> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw new UserError(`${path} cannot be opened: ${reasonOf(error)}.`, { cause: error });
    });
    const stats = await handle.stat();
    if (!stats.isFile()) {
      await handle.close();
      throw new UserError(`${path} is not a file.`);
    }
    return new FileBytes(basename(path), stats.size, handle);
  }

  /** Reads the bytes [offset, offset + length). @throws RangeError if the file ends earlier, even if it was shortened meanwhile */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const { bytesRead } = await this.#handle
        .read(bytes, done, length - done, offset + done)
        .catch((error: unknown) => {
          throw explained(`${this.name} cannot be read`, error);
        });
      if (bytesRead === 0) {
        throw new RangeError(
          `${this.name}: bytes ${offset} to ${offset + length} were requested, but the file ends at ${offset + done}.`,
        );
      }
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
