/**
 * Writes output files completely or not at all: each goes to a temporary file in the same folder, is flushed to disk and is
 * then renamed. Of several files, all appear or none. A folder is created with its first file, and removed again if it stays empty.
 * Temporary files name their process: the next one that writes into the folder removes those of dead processes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { rmdirSync, unlinkSync } from 'node:fs';
import { copyFile, type FileHandle, link, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import { reasonOf } from './fileErrors.ts';
import { isRunning } from './processes.ts';

/** A file cannot be written. */
export class OutputError extends UserError {
  /** Why, as part of a sentence. */
  readonly reason: string;

  constructor(what: string, cause: unknown) {
    const reason = reasonOf(cause);
    super(`${what}: ${reason}.`, { hint: 'Choose another place for the output.', cause });
    this.reason = reason;
  }
}

/** All bytes at once, or in pieces as they become ready. */
export type FileContent = Uint8Array | AsyncIterable<Uint8Array>;

/** Temporary files of this process, and empty folders that it created. They are removed when the process exits. */
const temporaries = new Set<string>();
const emptyFolders = new Set<string>();
process.on('exit', () => {
  const attempt = (remove: () => void): void => {
    try {
      remove();
    } catch {
      // The process is ending. The file is already gone, or the folder is no longer empty.
    }
  };
  for (const path of temporaries) attempt(() => unlinkSync(path));
  for (const path of deepestFirst(emptyFolders)) attempt(() => rmdirSync(path));
});

const deepestFirst = (folders: Iterable<string>): string[] => [...folders].sort((a, b) => b.length - a.length);

/**
 * Writes a file completely or not at all, and creates its folder. An existing file is replaced when the new one is complete.
 * @throws UserError if the file cannot be written; the reason of `signal` if aborted
 */
export async function writeWhole(path: string, content: FileContent, signal?: AbortSignal): Promise<void> {
  const temporary = await writeTemporary(path, content, signal);
  await publish(temporary, path);
}

/**
 * Writes several files, in whatever folders, all or none. All are complete on disk before the first appears under its name. If
 * one cannot be renamed, those before it are taken back, and what they replaced is there again. The last file is taken away first and
 * appears last: even if the process is killed, where it is, all are of one result.
 * @param files contents by path
 * @returns the paths
 * @throws UserError if one of them cannot be written; the reason of `signal` if aborted
 */
export async function writeTogether(files: Record<string, FileContent>, signal?: AbortSignal): Promise<string[]> {
  const staged: Staged[] = [];
  try {
    for (const [path, content] of Object.entries(files)) {
      staged.push({ path, temporary: await writeTemporary(path, content, signal), isThere: false, isGone: false });
    }
    for (const file of staged)
      file.replaced = await secondName(file.path).catch((error: unknown) => fail(file.path, error));
    const last = staged.at(-1);
    if (last?.replaced !== undefined) {
      await rm(last.path).catch((error: unknown) => fail(last.path, error));
      last.isGone = true;
    }
    for (const file of staged) {
      await rename(file.temporary, file.path).catch((error: unknown) => fail(file.path, error));
      file.isThere = true;
    }
  } catch (error) {
    for (const file of staged) await takeBack(file);
    throw error;
  }
  for (const { path, temporary, replaced } of staged) {
    temporaries.delete(temporary);
    keepFolders(path);
    if (replaced !== undefined) await discard(replaced);
  }
  return staged.map(({ path }) => path);
}

/** One of several files that are written together. */
interface Staged {
  readonly path: string;
  readonly temporary: string;
  /** Second name of the file that was there before. */
  replaced?: string;
  /** Whether the new file is at `path`. */
  isThere: boolean;
  /** Whether the file that was there before has only its second name left. */
  isGone: boolean;
}

/** Gives the file at `path` a second name, under which it stays when it is replaced. @returns undefined if there is no file */
async function secondName(path: string): Promise<string | undefined> {
  const second = temporaryName(path);
  temporaries.add(second);
  try {
    // Not every file system has links. A folder has neither a second name nor a copy: this throws.
    await link(path, second).catch(() => copyFile(path, second));
    return second;
  } catch (error) {
    await discard(second);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undoes what was done for one file: what was at its path before is there again. */
async function takeBack({ path, temporary, replaced, isThere, isGone }: Staged): Promise<void> {
  if (!isThere) await discard(temporary);
  else if (replaced === undefined) return discard(path);
  if (replaced === undefined) return;
  // Renamed, a second name of the file at `path` would stay.
  if (!isThere && !isGone) return discard(replaced);
  // If even this fails, the new file stays: one of the two is always there.
  await rename(replaced, path).then(
    () => temporaries.delete(replaced),
    () => undefined,
  );
}

/** A folder for the results of one run. */
export class OutputFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Checks that files can be written there, before any long work. The folder is created with the first file.
   * @throws UserError if the folder cannot be created or written to
   */
  static async open(path: string): Promise<OutputFolder> {
    if ((await stat(path).catch(() => undefined))?.isFile()) {
      throw new UserError(`The output folder ${path} is a file.`, { hint: 'Name a folder.' });
    }
    await tryOutput(join(path, 'file'));
    return new OutputFolder(path);
  }

  /** Writes several files together, as `writeTogether` does. @param files contents by name @returns the paths of the files */
  writeAll(files: Record<string, FileContent>, signal?: AbortSignal): Promise<string[]> {
    return writeTogether(this.withPaths(files), signal);
  }

  /** Whether there is a file of this name. */
  async has(name: string): Promise<boolean> {
    return (await this.others([name], {})).length > 0;
  }

  /** The names, of `names` but not of `files`, under which there is a file. Nothing is read. */
  async others(names: readonly string[], files: Readonly<Record<string, unknown>>): Promise<string[]> {
    const there = await Promise.all(names.map((name) => stat(join(this.path, name)).catch(() => undefined)));
    return names.filter((name, i) => !(name in files) && there[i]?.isFile());
  }

  /** Deletes files, if they are there. @param names of files in the folder */
  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = join(this.path, name);
      await rm(path, { force: true }).catch((error: unknown) => {
        throw new OutputError(`The file ${path} of an earlier result cannot be deleted`, error);
      });
    }
  }

  /** The same files by path. */
  withPaths(files: Record<string, FileContent>): Record<string, FileContent> {
    return Object.fromEntries(Object.entries(files).map(([name, content]) => [join(this.path, name), content]));
  }
}

/** Checks that a file can be written at `path`, and leaves nothing behind. @throws UserError if not */
export async function tryOutput(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new UserError(`The output ${path} is a folder, not a file.`, { hint: 'Name a file.' });
  }
  await discard(await writeTemporary(path, new Uint8Array()));
}

/** As `tryOutput`, and creates the folder of `path`: for files that grow line by line. @throws UserError if it cannot be written */
export async function expectWritable(path: string): Promise<void> {
  await tryOutput(path);
  await makeFolder(dirname(path));
  keepFolders(path);
}

/** Creates a folder and its parents. Node's own `recursive` option never returns in places such as /proc. */
async function makeFolder(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  try {
    await mkdir(path);
    emptyFolders.add(path);
  } catch (error) {
    // Another process may have created it meanwhile. If it is a file, writing into it fails with the reason.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Keeps the folders above `path`: they are no longer empty. */
function keepFolders(path: string): void {
  for (let folder = dirname(path); emptyFolders.delete(folder); folder = dirname(folder));
}

/** Removes the folders above `path` that were created for it and are still empty. */
async function removeEmptyFolders(path: string): Promise<void> {
  try {
    for (let folder = dirname(path); emptyFolders.has(folder); folder = dirname(folder)) {
      await rmdir(folder);
      emptyFolders.delete(folder);
    }
  } catch {
    // It is no longer empty.
  }
}

/** Names this machine in a few characters. */
const MACHINE = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** A name in the same folder that no other file has: a temporary file of this process. */
export const temporaryName = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${process.pid}.${MACHINE}.${randomBytes(6).toString('hex')}.part`);

const LEFTOVER = /^\..+\.(\d+)\.([0-9a-f]{8})\.[0-9a-f]{12}\.part$/;
/** Milliseconds after which a process of another machine is taken for dead. */
const DAY = 24 * 3600 * 1000;

/** Folders whose leftovers were looked for. */
const swept = new Set<string>();

/** Deletes temporary files that killed processes have left in a folder. Each process looks once. */
async function sweep(folder: string): Promise<void> {
  if (swept.has(folder)) return;
  swept.add(folder);
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const path = join(folder, name);
    if (!temporaries.has(path) && (await isLeftover(path))) await discard(path);
  }
}

async function isLeftover(path: string): Promise<boolean> {
  const [, pid, machine] = LEFTOVER.exec(basename(path)) ?? [];
  if (pid === undefined) return false;
  // A number like our own is of an earlier process.
  if (machine === MACHINE) return Number(pid) === process.pid || !isRunning(Number(pid));
  const written = await stat(path).catch(() => undefined);
  // A clock may have been wrong: what is dated in the future is no younger for it.
  return written !== undefined && Math.abs(Date.now() - written.mtimeMs) >= DAY;
}

async function writeTemporary(path: string, content: FileContent, signal?: AbortSignal): Promise<string> {
  const temporary = temporaryName(path);
  temporaries.add(temporary);
  let handle: FileHandle | undefined;
  try {
    signal?.throwIfAborted();
    await makeFolder(dirname(path)).catch((error: unknown) => {
      throw new OutputError(`The output folder ${dirname(path)} cannot be created`, error);
    });
    await sweep(dirname(path));
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
    // The caller reports an earlier error, which this one must not hide. The exit of the process tries again.
  }
}

function fail(path: string, error: unknown): never {
  throw new OutputError(`The output ${path} cannot be written`, error);
}
