/**
 * Weights that a page keeps: streamed into the browser's private file system once, from an address or from dropped files, and read
 * piece by piece on this and every later visit. Files of torch are converted on the way in.
 *
 * What was fetched is known by its address and by the version that the server tells: `sam.ADDRESS.VERSION.safetensors`,
 * both as hashes.
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

/** Folder of the private file system. */
const FOLDER = 'weights';
/** A file of torch that is here until it is converted. */
const DOWNLOADED = '.download';
/** Bytes of a dropped file that are in memory at once. */
const PIECE_BYTES = 4 * 2 ** 20;

export class WeightStore {
  private constructor(private readonly folder: Folder) {}

  /** Opens the store of this site. @throws UserError where the browser keeps no files for it, as in some private windows */
  static async open(): Promise<WeightStore> {
    return new WeightStore(await PrivateFolder.open(FOLDER));
  }

  /** A store that goes with the page. Weights in it take memory. */
  static inMemory(): WeightStore {
    return new WeightStore(new MemoryFolder());
  }

  /** What is here, by name. */
  async list(): Promise<StoredWeights[]> {
    const found: StoredWeights[] = [];
    for (const name of await this.folder.names()) {
      const file = name.endsWith('.safetensors') ? await this.folder.file(name) : undefined;
      if (file) found.push({ name, bytes: file.size });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Weights that are here. @returns undefined if there are none of this name @throws WeightsError if they are damaged */
  async read(name: string): Promise<SafetensorsFile | undefined> {
    const file = await this.folder.file(name);
    return file && SafetensorsFile.open(new BlobBytes(file, name));
  }

  /**
   * The weights behind an address: those of the store, unless the server has another version by now.
   * @throws UserError if they cannot be fetched or kept; WeightsError if they are no weights
   */
  async fetch(url: string, options: StoreOptions = {}): Promise<SafetensorsFile> {
    if (isInPage(url)) return SafetensorsFile.open(new BlobBytes(await this.fetchBlob(url, options), 'weights'));
    return this.opened(await this.fetched(url, options));
  }

  /** A file of another kind behind an address. @throws UserError as `fetch` */
  async fetchBlob(url: string, options: StoreOptions = {}): Promise<Blob> {
    if (isInPage(url)) return (await fetch(url, { signal: options.signal })).blob();
    return (await this.folder.file(await this.fetched(url, options)))!;
  }

  /**
   * Takes weights that the user dropped into the store; others of the same name give way.
   * @throws UserError if they cannot be kept; WeightsError if they are no weights
   */
  async add(file: File, options: StoreOptions = {}): Promise<SafetensorsFile> {
    const name = storedName(file.name);
    if (name !== file.name) {
      await this.convert(file, file.name, name, options);
    } else {
      await SafetensorsFile.open(new BlobBytes(file, name));
      await this.write(name, pieces(file), { ...options, stage: 'keep', total: file.size });
    }
    return this.opened(name);
  }

  /** Deletes weights; nothing happens where there are none. */
  async delete(name: string): Promise<void> {
    await this.folder.delete(name);
  }

  /** Sees to it that the file behind an address is here. @returns its name */
  private async fetched(url: string, options: StoreOptions): Promise<string> {
    const address = new URL(url, location.href);
    const file = fileName(address);
    const [, stem, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(storedName(file))!;
    const start = `${stem}.${await hash(address.href)}.`;
    const here = await this.find(start);
    if (here !== undefined) {
      const version = await currentVersion(address.href, options.signal);
      if (version === undefined || here === `${start}${await hash(version)}${ending}`) return here;
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
    if (here !== undefined && here !== name) await this.delete(here);
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
    // A file of torch is as long as its tensors, give or take names and what is skipped.
    const total = blob.size;
    await this.write(name, writeSafetensors(tensors, metadata), { ...options, stage: 'convert', total });
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

/** Bundlers put small files into the address itself, and a page may have made the file that it names: nothing to keep. */
const isInPage = (url: string): boolean => /^(data|blob):/.test(url);

/** What an address calls its file, in letters that every file system takes. */
const fileName = (address: URL): string =>
  decodeURIComponent(address.pathname.split('/').pop()!)
    .replace(/[^\w.-]/g, '_')
    .slice(-100) || 'weights';

/** Whether torch wrote a file of this name. */
export const isTorch = (name: string): boolean => /\.pth?$/.test(name);

/** Weights are kept as safetensors. */
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
