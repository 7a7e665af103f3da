/** Where a batch puts the files of its objects: a folder for each, or tar archives of many. */
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createTarPacker, type TarPackController } from 'modern-tar';
import { OutputError, OutputFolder } from '../../../host/node/files.ts';
import type { Shard } from './shard.ts';
import { earlierFiles } from '../earlierFiles.ts';
import type { ResultLine } from './results.ts';

type Files = Readonly<Record<string, Uint8Array>>;

export interface Store {
  /**
   * Keeps the files of an object.
   * @returns lines of objects that are safe from now on: killed afterwards, the next run finds them
   */
  add(line: ResultLine, files: Files): Promise<ResultLine[]>;
  /** Ends what has begun. @returns lines of objects that are safe now */
  finish(): Promise<ResultLine[]>;
}

/** A folder for each object. Its files appear all or none. */
export class FolderStore implements Store {
  constructor(private readonly folder: string) {}

  async add(line: ResultLine, files: Files): Promise<ResultLine[]> {
    const output = await OutputFolder.open(join(this.folder, line.name));
    const old = await earlierFiles(output, files);
    await output.writeAll(files);
    await output.remove(old);
    return [line];
  }

  finish(): Promise<ResultLine[]> {
    return Promise.resolve([]);
  }
}

/** Tar archives as WebDataset reads them: files `KEY.NAME` side by side. An archive appears when it is whole. */
export class TarStore implements Store {
  private current: Archive | undefined;
  private lines: ResultLine[] = [];

  /** @param most objects in an archive */
  constructor(
    private readonly folder: string,
    private readonly most: number,
    private readonly shard: Shard | undefined,
  ) {}

  async add(line: ResultLine, files: Files): Promise<ResultLine[]> {
    this.current ??= await Archive.begin(this.folder, await this.nextName());
    await this.current.add(line.name, files);
    this.lines.push({ ...line, archive: this.current.name });
    return this.lines.length < this.most ? [] : this.finish();
  }

  async finish(): Promise<ResultLine[]> {
    if (!this.current) return [];
    await this.current.finish();
    this.current = undefined;
    const lines = this.lines;
    this.lines = [];
    return lines;
  }

  private get prefix(): string {
    return this.shard ? `${this.shard.index}-of-${this.shard.of}-` : '';
  }

  /** The name after the last one that is there. */
  private async nextName(): Promise<string> {
    const numbers = (await readdir(this.folder))
      .filter((name) => name.startsWith(this.prefix))
      .map((name) => /^(\d{6})\.tar$/.exec(name.slice(this.prefix.length))?.[1])
      .map((digits) => (digits === undefined ? -1 : Number(digits)));
    return `${this.prefix}${String(Math.max(-1, ...numbers) + 1).padStart(6, '0')}.tar`;
  }
}

/** A tar archive that is being written. */
class Archive {
  private constructor(
    private readonly folder: string,
    readonly name: string,
    private readonly controller: TarPackController,
    private readonly written: Promise<void>,
  ) {}

  static async begin(folder: string, name: string): Promise<Archive> {
    const part = join(folder, `.${name}.part`);
    await mkdir(folder, { recursive: true });
    const handle = await open(part, 'w').catch((error: unknown) => {
      throw new OutputError(`The archive ${part} cannot be written`, error);
    });
    const { readable, controller } = createTarPacker();
    const written = drain(readable, handle, part);
    written.catch(() => undefined); // `add` and `finish` wait for it and throw.
    return new Archive(folder, name, controller, written);
  }

  async add(key: string, files: Files): Promise<void> {
    for (const [name, bytes] of Object.entries(files)) {
      // WebDataset takes what follows the first dot of the last part for the kind of the file, that of one of several objects, too.
      const entry = `${key.replaceAll('.', '_')}.${name.replaceAll('/', '.')}`;
      const body = this.controller.add({ name: entry, size: bytes.length, type: 'file', mode: 0o644 });
      const writer = body.getWriter();
      // If writing to disk fails, nobody takes the bytes any more.
      await Promise.race([writer.write(bytes).then(() => writer.close()), this.written]);
    }
  }

  async finish(): Promise<void> {
    this.controller.finalize();
    await this.written;
    await rename(join(this.folder, `.${this.name}.part`), join(this.folder, this.name)).catch((error: unknown) => {
      throw new OutputError(`The archive ${this.name} cannot be written`, error);
    });
  }
}

/** Writes a stream into a file and flushes it to disk; a file that fails is deleted. @throws OutputError */
async function drain(stream: ReadableStream<Uint8Array>, handle: FileHandle, path: string): Promise<void> {
  try {
    for await (const piece of stream) {
      for (let at = 0; at < piece.length;) at += (await handle.write(piece, at)).bytesWritten;
    }
    await handle.sync();
    await handle.close();
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(path, { force: true });
    throw new OutputError(`The archive ${path} cannot be written`, error);
  }
}
