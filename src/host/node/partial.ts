/**
 * A partial download: a folder `FILE.part.HOST.PID.RANDOM` with the bytes so far and a record of the file they belong to. A
 * process claims the folder by renaming it. Renaming is atomic, so two processes never write to the same bytes. When a process
 * gives up, it renames the folder to `FILE.part` for the next one. The folder of a dead process is recognized by its PID.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isRunning } from './processes.ts';

/** The file to which the bytes belong. */
export interface Beginning {
  readonly url: string;
  /** Bytes of the whole file. */
  readonly total: number;
  /** HTTP validators (RFC 9110, section 8.8): they show whether the file on the server is still the same. */
  readonly etag?: string;
  readonly lastModified?: string;
}

/** Folders that this process works on. Another folder with its PID is left from an earlier process. */
const mine = new Set<string>();

const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');

export class PartialFile {
  private constructor(
    private readonly path: string,
    private readonly folder: string,
    private beginningNow: Beginning | undefined,
  ) {}

  /** Takes over an abandoned download of `path`, or starts a new one. The folder of `path` must exist. */
  static async claim(path: string): Promise<PartialFile> {
    const own = `${path}.part.${host}.${process.pid}.${randomBytes(4).toString('hex')}`;
    mine.add(own);
    for (const left of await abandoned(path)) {
      // Renaming fails if another process was faster.
      if (await rename(left, own).then(done, notDone)) return new PartialFile(path, own, await readBeginning(own));
    }
    await mkdir(own);
    return new PartialFile(path, own, undefined);
  }

  /** Path of the bytes. */
  get data(): string {
    return join(this.folder, 'data');
  }

  get beginning(): Beginning | undefined {
    return this.beginningNow;
  }

  /** Number of bytes so far. */
  async length(): Promise<number> {
    return stat(this.data).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** Deletes the bytes, and records the file to which the next bytes belong, if it is known. */
  async restart(beginning?: Beginning): Promise<void> {
    await rm(this.data, { force: true });
    await writeFile(join(this.folder, 'state.json'), JSON.stringify(beginning ?? null));
    this.beginningNow = beginning;
  }

  /** Moves the complete file to its final path. */
  async publish(): Promise<void> {
    await rename(this.data, this.path);
    await this.discard();
    await removeAbandoned(this.path);
  }

  /** Leaves the bytes for a later download. */
  async release(): Promise<void> {
    if ((await this.length()) === 0 || !(await rename(this.folder, `${this.path}.part`).then(done, notDone))) {
      return this.discard(); // nothing to keep, or another process has left its bytes
    }
    mine.delete(this.folder);
  }

  async discard(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    mine.delete(this.folder);
  }
}

/** Bytes of the largest partial download of `path`; 0 if there is none. */
export async function partialBytes(path: string): Promise<number> {
  let max = 0;
  for (const folder of await partFolders(path)) {
    max = Math.max(
      max,
      await stat(join(folder, 'data')).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  }
  return max;
}

/** Deletes partial downloads of a file that is there, on which no process works. */
export async function removeAbandoned(path: string): Promise<void> {
  for (const left of await abandoned(path)) await rm(left, { recursive: true, force: true });
}

const done = (): boolean => true;
const notDone = (): boolean => false;

async function partFolders(path: string): Promise<string[]> {
  const names = await readdir(dirname(path)).catch((): string[] => []);
  const start = `${basename(path)}.part`;
  return names
    .filter((name) => name === start || name.startsWith(`${start}.`))
    .map((name) => join(dirname(path), name));
}

/** Partial downloads of this file on which no process works. */
async function abandoned(path: string): Promise<string[]> {
  return (await partFolders(path)).filter((folder) => {
    if (folder === `${path}.part`) return true;
    const [owner, pid] = folder.slice(`${path}.part.`.length).split('.');
    return owner === host && !mine.has(folder) && (Number(pid) === process.pid || !isRunning(Number(pid)));
  });
}

async function readBeginning(folder: string): Promise<Beginning | undefined> {
  try {
    const beginning = Object(JSON.parse(await readFile(join(folder, 'state.json'), 'utf8'))) as Partial<Beginning>;
    const { url, total, etag, lastModified } = beginning;
    const isWhole = typeof url === 'string' && Number.isSafeInteger(total);
    const areTexts = [etag, lastModified].every((one) => one === undefined || typeof one === 'string');
    return isWhole && areTexts ? (beginning as Beginning) : undefined;
  } catch {
    return undefined; // the process ended while writing it, so the origin of the bytes is unknown
  }
}
