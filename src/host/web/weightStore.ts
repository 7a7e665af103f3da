/**
 * Weights in the browser's private file system: streamed there once, from an address or from dropped files, and read piece by
 * piece on this and every later visit. Files of torch are converted on the way in.
 *
 * The browser writes beside a file and puts the result in its place when it is closed: a file is whole, or it has no bytes.
 */
import { convertTorch, SafetensorsFile, writeSafetensors } from '../../../weights/index.ts';
import type { StageProgress } from '../../pipeline/session/stages.ts';
import { messageOf, UserError } from '../errors.ts';
import { BlobBytes } from './bytes.ts';

export interface StoreOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: StageProgress) => void;
}

/** Weights in the store. */
export interface StoredWeights {
  readonly name: string;
  readonly bytes: number;
}

/** Folder of the private file system. */
const FOLDER = 'weights';
/** A file of torch that is here until it is converted. */
const DOWNLOADED = '.download';
/** Bytes of a dropped file that are in memory at once. */
const PIECE_BYTES = 4 * 2 ** 20;

export class WeightStore {
  private constructor(private readonly folder: FileSystemDirectoryHandle) {}

  /** Opens the store of this site. @throws UserError where the browser keeps no files for it, as in some private windows */
  static async open(): Promise<WeightStore> {
    try {
      const root = await navigator.storage.getDirectory();
      return new WeightStore(await root.getDirectoryHandle(FOLDER, { create: true }));
    } catch (error) {
      throw new UserError(`This browser keeps no files for this page: ${messageOf(error)}.`, {
        hint: 'Leave the private window, or allow the page to store data.',
        cause: error,
      });
    }
  }

  /** What is here, by name. */
  async list(): Promise<StoredWeights[]> {
    const found: StoredWeights[] = [];
    for await (const name of this.folder.keys()) {
      const file = name.endsWith(DOWNLOADED) ? undefined : await this.file(name);
      if (file) found.push({ name, bytes: file.size });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Weights that are here. @returns undefined if there are none of this name @throws WeightsError if they are damaged */
  async read(name: string): Promise<SafetensorsFile | undefined> {
    const file = await this.file(name);
    return file && SafetensorsFile.open(new BlobBytes(file, name));
  }

  /**
   * The weights behind an address: those of the store when they were fetched before.
   * @throws UserError if they cannot be fetched or kept; WeightsError if they are no weights
   */
  async fetch(url: string, options: StoreOptions = {}): Promise<SafetensorsFile> {
    const file = decodeURIComponent(new URL(url, location.href).pathname.split('/').pop()!);
    const name = storedName(file);
    const here = await this.read(name);
    if (here) return here;
    const { body, total } = await request(url, options.signal);
    if (name === file) {
      await this.write(name, body, { ...options, stage: 'download', total });
      return this.opened(name);
    }
    const downloaded = file + DOWNLOADED;
    try {
      await this.write(downloaded, body, { ...options, stage: 'download', total });
      return await this.convert((await this.file(downloaded))!, file, options);
    } finally {
      await this.delete(downloaded);
    }
  }

  /**
   * Takes weights that the user dropped into the store; others of the same name give way.
   * @throws UserError if they cannot be kept; WeightsError if they are no weights
   */
  async add(file: File, options: StoreOptions = {}): Promise<SafetensorsFile> {
    if (storedName(file.name) !== file.name) return this.convert(file, file.name, options);
    await SafetensorsFile.open(new BlobBytes(file, file.name));
    await this.write(file.name, pieces(file), { ...options, stage: 'keep', total: file.size });
    return this.opened(file.name);
  }

  /** Deletes weights; nothing happens where there are none. */
  async delete(name: string): Promise<void> {
    if (await this.folder.getFileHandle(name).catch(() => undefined)) await this.folder.removeEntry(name);
  }

  private async convert(blob: Blob, file: string, options: StoreOptions): Promise<SafetensorsFile> {
    const { tensors, metadata } = await convertTorch(new BlobBytes(blob, file));
    // A file of torch is as long as its tensors, give or take names and what is skipped.
    await this.write(storedName(file), writeSafetensors(tensors, metadata), {
      ...options,
      ...{ stage: 'convert', total: blob.size },
    });
    return this.opened(storedName(file));
  }

  /** What was just written, unless it turns out to be no weights. */
  private async opened(name: string): Promise<SafetensorsFile> {
    try {
      return (await this.read(name))!;
    } catch (error) {
      await this.delete(name);
      throw error;
    }
  }

  private async file(name: string): Promise<File | undefined> {
    const handle = await this.folder.getFileHandle(name).catch(() => undefined);
    const file = await handle?.getFile();
    return file && file.size > 0 ? file : undefined;
  }

  /** @throws UserError if the disk or the browser's share of it is full; the fault of `content` */
  private async write(
    name: string,
    content: AsyncIterable<Uint8Array>,
    { stage, total, signal, onProgress }: StoreOptions & { stage: string; total: number },
  ): Promise<void> {
    const handle = await this.folder.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    try {
      let done = 0;
      for await (const piece of content) {
        signal?.throwIfAborted();
        await stream.write(piece as Uint8Array<ArrayBuffer>);
        done += piece.length;
        onProgress?.({ stage, done: done / 1e6, total: Math.max(done, total) / 1e6, unit: 'MB' });
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
}

/** Everything is kept as safetensors. */
const storedName = (file: string): string => file.replace(/\.pth?$/, '.safetensors');

async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE_BYTES) {
    yield new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer());
  }
}

/** @returns the bytes as they arrive, and how many they will be; 0 when the server does not say */
async function request(
  url: string,
  signal: AbortSignal | undefined,
): Promise<{ body: AsyncIterable<Uint8Array>; total: number }> {
  const failed = (reason: string, cause?: unknown): UserError =>
    new UserError(`${url} cannot be fetched: ${reason}.`, {
      hint: 'Many servers let only their own pages read files. Download it with the browser, and drop the file here.',
      cause,
    });
  const told = (error: unknown): unknown => (signal?.aborted ? error : failed(messageOf(error), error));
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw told(error);
  });
  if (!response.ok || !response.body) throw failed(`the server answered ${response.status}`);
  const reader = response.body.getReader();
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw told(error);
      });
      if (done) return;
      yield value;
    }
  };
  return { body: body(), total: Number(response.headers.get('content-length') ?? 0) };
}
