/**
 * Weights that a page keeps. They are streamed once into the browser's private file system, from an address or a dropped file,
 * and read from there piece by piece, on this visit and later ones. .pth and .pt files (PyTorch) are converted first.
 *
 * A fetched file is identified by its address and by its version on the server. Its name holds the hashes of both:
 * `sam.ADDRESS.VERSION.safetensors`.
 */
import { convertTorch, SafetensorsFile, writeSafetensors } from '../../../weights/index.ts';
import type { StageProgress } from '../../pipeline/session/stages.ts';
import { BlobBytes } from './bytes.ts';
import { MemoryFolder, PrivateFolder, type Folder } from './folder.ts';
import { currentVersion, request } from './request.ts';

export interface StoreOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: StageProgress) => void;
}

/** Weights in the store. */
export interface StoredWeights {
  readonly name: string;
  readonly bytes: number;
}

/** Name of the folder in the private file system. */
const FOLDER = 'weights';
/** Suffix of a PyTorch file that is stored until it is converted. */
const DOWNLOADED = '.download';
/** Bytes of a dropped file that are in memory at a time. */
const PIECE_BYTES = 4 * 2 ** 20;

export class WeightStore {
  private constructor(private readonly folder: Folder) {}

  /** Opens the store of this site. @throws UserError if the browser keeps no files for it, as in some private windows */
  static async open(): Promise<WeightStore> {
    return new WeightStore(await PrivateFolder.open(FOLDER));
  }

  /** Creates a store in memory. It is lost when the page is closed. */
  static inMemory(): WeightStore {
    return new WeightStore(new MemoryFolder());
  }

  /** Lists the stored weights, sorted by name. */
  async list(): Promise<StoredWeights[]> {
    const found: StoredWeights[] = [];
    for (const name of await this.folder.names()) {
      const file = name.endsWith('.safetensors') ? await this.folder.file(name) : undefined;
      if (file) found.push({ name, bytes: file.size });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Opens stored weights. @returns undefined if there are none of this name @throws WeightsError if they are damaged */
  async read(name: string): Promise<SafetensorsFile | undefined> {
    const file = await this.folder.file(name);
    return file && SafetensorsFile.open(new BlobBytes(file, name));
  }

  /**
   * Opens the weights at an address. The stored ones are used, unless the server now has another version.
   * @throws UserError if they cannot be fetched or stored; WeightsError if the file holds no weights
   */
  async fetch(url: string, options: StoreOptions = {}): Promise<SafetensorsFile> {
    if (isInPage(url)) return SafetensorsFile.open(new BlobBytes(await this.fetchBlob(url, options), 'weights'));
    return this.opened(await this.ensureFetched(url, options));
  }

  /** Fetches another kind of file, in the same way. @throws UserError as `fetch` */
  async fetchBlob(url: string, options: StoreOptions = {}): Promise<Blob> {
    if (isInPage(url)) return (await fetch(url, { signal: options.signal })).blob();
    return (await this.folder.file(await this.ensureFetched(url, options)))!;
  }

  /**
   * Stores weights that the user dropped, and opens them. Weights of the same name are replaced.
   * @throws UserError if they cannot be stored; WeightsError if the file holds no weights
   */
  async add(file: File, options: StoreOptions = {}): Promise<SafetensorsFile> {
    const name = storedName(file.name);
    if (name !== file.name) {
      await this.convert(file, file.name, name, options);
    } else {
      await SafetensorsFile.open(new BlobBytes(file, name));
      await this.write(name, pieces(file), { ...options, stage: 'store', total: file.size });
    }
    return this.opened(name);
  }

  /** Deletes weights, if there are any of this name. */
  async delete(name: string): Promise<void> {
    await this.folder.delete(name);
  }

  /** Fetches the file at an address, unless its current version is stored. @returns its name in the store */
  private async ensureFetched(url: string, options: StoreOptions): Promise<string> {
    const address = new URL(url, location.href);
    const file = fileName(address);
    const [, stem, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(storedName(file))!;
    const start = `${stem}.${await hash(address.href)}.`;
    const stored = await this.find(start);
    if (stored !== undefined) {
      const version = await currentVersion(address.href, options.signal);
      if (version === undefined || stored === `${start}${await hash(version)}${ending}`) return stored;
    }
    const { body, total, version } = await request(address.href, options.signal);
    const name = `${start}${await hash(version ?? '')}${ending}`;
    if (storedName(file) === file) {
      await this.write(name, body, { ...options, stage: 'download', total });
    } else {
      const downloaded = file + DOWNLOADED;
      try {
        await this.write(downloaded, body, { ...options, stage: 'download', total });
        await this.convert((await this.folder.file(downloaded))!, file, name, options);
      } finally {
        await this.delete(downloaded);
      }
    }
    if (stored !== undefined && stored !== name) await this.delete(stored);
    return name;
  }

  private async find(start: string): Promise<string | undefined> {
    for (const name of await this.folder.names()) {
      if (name.startsWith(start) && (await this.folder.file(name))) return name;
    }
    return undefined;
  }

  private async convert(blob: Blob, file: string, name: string, options: StoreOptions): Promise<void> {
    const { tensors, metadata } = await convertTorch(new BlobBytes(blob, file));
    // A PyTorch file is about as long as its tensors: names and skipped entries are small.
    const total = blob.size;
    await this.write(name, writeSafetensors(tensors, metadata), { ...options, stage: 'convert', total });
  }

  /** Opens the file that was just written; deletes it if it holds no weights. */
  private async opened(name: string): Promise<SafetensorsFile> {
    try {
      return (await this.read(name))!;
    } catch (error) {
      await this.delete(name);
      throw error;
    }
  }

  private write(
    name: string,
    content: AsyncIterable<Uint8Array>,
    { stage, total, signal, onProgress }: StoreOptions & { stage: string; total: number },
  ): Promise<void> {
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      let done = 0;
      for await (const piece of content) {
        yield piece;
        done += piece.length;
        onProgress?.({ stage, done: done / 1e6, total: Math.max(done, total) / 1e6, unit: 'MB' });
      }
    };
    return this.folder.write(name, counted(), total, signal);
  }
}

/** Whether the address itself holds the file, or names one that the page made. Such a file is not stored. */
const isInPage = (url: string): boolean => /^(data|blob):/.test(url);

/** The file name in an address, in characters that every file system accepts. */
const fileName = (address: URL): string =>
  decodeURIComponent(address.pathname.split('/').pop()!)
    .replace(/[^\w.-]/g, '_')
    .slice(-100) || 'weights';

/** Whether the name is that of a PyTorch file. */
export const isTorch = (name: string): boolean => /\.pth?$/.test(name);

/** The name in the store, where weights are always safetensors. */
const storedName = (file: string): string => file.replace(/\.pth?$/, '.safetensors');

/** The first 12 hexadecimal digits of SHA-256. */
async function hash(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE_BYTES) {
    yield new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer());
  }
}
