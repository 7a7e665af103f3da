/**
 * A download on its way: a folder `FILE.part.HOST.PID.RANDOM` with the bytes so far and a note of what they are the beginning
 * of. Whoever works on it has renamed it to a name of his own, and renaming is atomic: two processes never write into the
 * same bytes. Given up, it becomes `FILE.part` for the next one; that of a process that died is found by its number.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What the bytes are the beginning of. */
export interface Beginning {
  readonly url: string;
  /** Bytes of the whole file. */
  readonly total: number;
  /** Validators of HTTP (RFC 9110, section 8.8): they tell whether the file on the server is still the same. */
  readonly etag?: string;
  readonly lastModified?: string;
}

/** Folders that this process works on; another one with its number is left from an earlier process. */
const mine = new Set<string>();

const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');

export class PartialFile {
  private constructor(
    private readonly path: string,
    private readonly folder: string,
    private beginningNow: Beginning | undefined,
  ) {}

  /** Takes over a download of `path` that nobody works on, or starts one. The folder of `path` must exist. */
  static async claim(path: string): Promise<PartialFile> {
    const own = `${path}.part.${host}.${process.pid}.${randomBytes(4).toString('hex')}`;
    mine.add(own);
    for (const left of await abandoned(path)) {
      // Fails when another process was quicker.
      if (await rename(left, own).then(done, notDone)) return new PartialFile(path, own, await readBeginning(own));
    }
    await mkdir(own);
    return new PartialFile(path, own, undefined);
  }

  /** Where the bytes are. */
  get data(): string {
    return join(this.folder, 'data');
  }

  get beginning(): Beginning | undefined {
    return this.beginningNow;
  }

  /** Bytes so far. */
  async length(): Promise<number> {
    return stat(this.data).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** Starts from nothing, or, with `beginning`, notes what the coming bytes belong to. */
  async restart(beginning?: Beginning): Promise<void> {
    await rm(this.data, { force: true });
    await writeFile(join(this.folder, 'state.json'), JSON.stringify(beginning ?? null));
    this.beginningNow = beginning;
  }

  /** The bytes are the whole file: they appear under its name, which must be in the same folder as before. */
  async publish(): Promise<void> {
    await rename(this.data, this.path);
    await this.discard();
    // What others left of the same file is of no use any more.
    for (const left of await abandoned(this.path)) await rm(left, { recursive: true, force: true });
  }

  /** Leaves the bytes for the next one who downloads this file. */
  async release(): Promise<void> {
    if ((await this.length()) === 0 || !(await rename(this.folder, `${this.path}.part`).then(done, notDone))) {
      return this.discard(); // another process has left its own
    }
    mine.delete(this.folder);
  }

  async discard(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    mine.delete(this.folder);
  }
}

/** Bytes of a broken-off download of `path`, for lists. */
export async function partialBytes(path: string): Promise<number> {
  let most = 0;
  for (const folder of await partFolders(path)) {
    most = Math.max(
      most,
      await stat(join(folder, 'data')).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  }
  return most;
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

/** Folders of this file's downloads that nobody works on. */
async function abandoned(path: string): Promise<string[]> {
  return (await partFolders(path)).filter((folder) => {
    if (folder === `${path}.part`) return true;
    const [owner, pid] = folder.slice(`${path}.part.`.length).split('.');
    return owner === host && !mine.has(folder) && (Number(pid) === process.pid || !isRunning(Number(pid)));
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readBeginning(folder: string): Promise<Beginning | undefined> {
  try {
    return (JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')) as Beginning | null) ?? undefined;
  } catch {
    return undefined; // the process ended before it was written whole: the bytes are of unknown origin
  }
}
