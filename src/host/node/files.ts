/**
 * Output files, written whole or not at all: to a temporary file in the same folder, to the disk, then renamed. Folders are made
 * when something goes into them; one that stays empty is removed again.
 */
import { randomBytes } from 'node:crypto';
import { rmdirSync, unlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { reasonOf } from './fileErrors.ts';

/** Bytes, or pieces of bytes as they become ready. */
export type FileContent = Uint8Array | AsyncIterable<Uint8Array>;

/** Temporary files of this process, and folders that it made for them; whatever ends it early, none stays behind. */
const temporaries = new Set<string>();
const emptyFolders = new Set<string>();
process.on('exit', () => {
  const attempt = (remove: () => void): void => {
    try {
      remove();
    } catch {
      // The process is ending: what is already gone, or holds files of others by now, may be as it is.
    }
  };
  for (const path of temporaries) attempt(() => unlinkSync(path));
  for (const path of deepestFirst(emptyFolders)) attempt(() => rmdirSync(path));
});

const deepestFirst = (folders: Iterable<string>): string[] => [...folders].sort((a, b) => b.length - a.length);

/**
 * Writes a file, whole or not at all, and makes its folder; an existing file stays as it was until the new one is complete.
 * @throws UserError if the file cannot be written; the reason of `signal` when it aborts
 */
export async function writeWhole(path: string, content: FileContent, signal?: AbortSignal): Promise<void> {
  const temporary = await writeTemporary(path, content, signal);
  await publish(temporary, path);
}

/** A folder for the results of one run. */
export class OutputFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Tries whether files can be written there, so that hours of work do not end at a locked door. The folder is made with
   * the first file.
   * @throws UserError if it cannot be made or written to
   */
  static async open(path: string): Promise<OutputFolder> {
    await tryOutput(join(path, 'file'));
    return new OutputFolder(path);
  }

  /**
   * Writes several files together: all are complete on the disk before the first appears under its name.
   * @returns their paths
   */
  async writeAll(files: Record<string, FileContent>, signal?: AbortSignal): Promise<string[]> {
    const staged: { temporary: string; path: string }[] = [];
    try {
      for (const [name, content] of Object.entries(files)) {
        const path = join(this.path, name);
        staged.push({ temporary: await writeTemporary(path, content, signal), path });
      }
    } catch (error) {
      for (const { temporary } of staged) await discard(temporary);
      throw error;
    }
    for (const { temporary, path } of staged) await publish(temporary, path);
    return staged.map(({ path }) => path);
  }
}

/** Checks, before the work starts, that a file can be written at `path`; leaves nothing behind. @throws UserError if not */
export async function tryOutput(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new UserError(`The output ${path} is a folder; a file has to go there.`, { hint: 'Name a file.' });
  }
  await discard(await writeTemporary(path, new Uint8Array()));
}

/** As `tryOutput`, and makes the folder of `path`, for files that grow line by line. @throws UserError if it cannot be written */
export async function expectWritable(path: string): Promise<void> {
  await tryOutput(path);
  await makeFolder(dirname(path));
  keepFolders(path);
}

/** Makes a folder and those above it. Node's own `recursive` never returns where the system refuses as /proc does. */
async function makeFolder(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  try {
    await mkdir(path);
    emptyFolders.add(path);
  } catch (error) {
    // Another process may have made it meanwhile; if it is a file, writing into it fails with the reason.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The folders above `path` hold something by now: they stay. */
function keepFolders(path: string): void {
  for (let folder = dirname(path); emptyFolders.delete(folder); folder = dirname(folder));
}

/** Removes the folders above `path` that were made for files which did not come. */
async function removeEmptyFolders(path: string): Promise<void> {
  try {
    for (let folder = dirname(path); emptyFolders.has(folder); folder = dirname(folder)) {
      await rmdir(folder);
      emptyFolders.delete(folder);
    }
  } catch {
    // There is something in it by now: it stays.
  }
}

async function writeTemporary(path: string, content: FileContent, signal?: AbortSignal): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  temporaries.add(temporary);
  let handle: FileHandle | undefined;
  try {
    signal?.throwIfAborted();
    await makeFolder(dirname(path)).catch((error: unknown) => {
      throw new UserError(`The output folder ${dirname(path)} cannot be made: ${reasonOf(error)}.`, {
        hint: 'Choose another place for the output.',
        cause: error,
      });
    });
    handle = await open(temporary, 'wx').catch((error: unknown) => fail(path, error));
    for await (const piece of content instanceof Uint8Array ? [content] : content) {
      signal?.throwIfAborted();
      await writePiece(handle, piece).catch((error: unknown) => fail(path, error));
    }
    await handle.sync().catch((error: unknown) => fail(path, error));
    await handle.close();
    return temporary;
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await discard(temporary);
    throw error;
  }
}

async function writePiece(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length;) at += (await handle.write(piece, at)).bytesWritten;
}

async function publish(temporary: string, path: string): Promise<void> {
  try {
    await rename(temporary, path);
    temporaries.delete(temporary);
    keepFolders(path);
  } catch (error) {
    await discard(temporary);
    fail(path, error);
  }
}

async function discard(temporary: string): Promise<void> {
  try {
    await rm(temporary, { force: true });
    temporaries.delete(temporary);
    await removeEmptyFolders(temporary);
  } catch {
    // Whoever discards a file has a failure to report, which this one must not hide; the exit of the process tries again.
  }
}

function fail(path: string, error: unknown): never {
  throw new UserError(`The output ${path} cannot be written: ${reasonOf(error)}.`, {
    hint: 'Choose another place for the output.',
    cause: error,
  });
}
