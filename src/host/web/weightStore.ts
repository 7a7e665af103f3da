/**
 * Weights that a page keeps. They are streamed once into the browser's private file system, from an address or a dropped file,
 * and read from there piece by piece, on this visit and later ones. .pth and .pt files (PyTorch) are converted first. A download
 * that breaks off, or is canceled, goes on where it stopped.
 *
 * A fetched file is identified by its address and by its version on the server. Its name holds the hashes of both:
 * `sam.ADDRESS.VERSION.safetensors`.
 */
import { convertTorch, SafetensorsFile, WeightsError, writeSafetensors } from '../../../weights/index.ts';
import { networks } from '../../pipeline/registry.ts';
import type { StageProgress } from '../../pipeline/session/stages.ts';
import { UserError } from '../errors.ts';
import { megabytes } from '../../kernels/megabytes.ts';
import { BlobBytes } from './bytes.ts';
import { Download } from './download.ts';
import { isTorch } from '../../../weights/index.ts';
import { fileName, nameIn, placeOf, storedName, type Place } from './fileName.ts';
import { MemoryFolder, PrivateFolder, type Folder } from './folder.ts';
import { currentVersion, request } from './request.ts';

export interface StoreOptions {
  /** Cancels the work. What has arrived of a download stays, for a later one. */
  readonly signal?: AbortSignal;
  /** Gets the progress of the stages download, convert and store, in MB. A download that goes on counts from where it stopped. */
  readonly onProgress?: (event: StageProgress) => void;
}

/** Weights in the store. */
export interface StoredWeights {
  readonly name: string;
  /** Bytes that they take. */
  readonly bytes: number;
  /**
   * Present if the weights cannot be opened yet: the download is not complete, or its PyTorch file is not converted. `fetch` of
   * `url` goes on from there, and `delete` frees the space.
   */
  readonly partial?: {
    /** Address of the download. */
    readonly url: string;
    /** Bytes of the whole file; absent if the server did not say. */
    readonly total?: number;
  };
}

/** Name of the folder in the private file system. */
const FOLDER = 'weights';
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

  /** Lists the stored weights, sorted by name, with downloads that are not complete. */
  async list(): Promise<StoredWeights[]> {
    const found: StoredWeights[] = [];
    for (const name of await this.folder.names()) {
      const file = name.endsWith('.safetensors') ? await this.folder.file(name) : undefined;
      if (file) found.push({ name, bytes: file.size });
    }
    for (const { name, bytes, url, total, whole } of await Download.all(this.folder)) {
      if (!name.endsWith('.safetensors')) continue;
      const ready = whole && !isTorch(fileName(url));
      found.push({ name, bytes, ...(!ready && { partial: { url, ...(total > 0 && { total }) } }) });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What is stored of the weights at an address, without asking the server; undefined if nothing is. */
  async find(url: string): Promise<StoredWeights | undefined> {
    const { start } = await placeOf(url);
    const found = (await this.list()).filter(({ name }) => name.startsWith(start));
    return found.find(({ partial }) => !partial) ?? found[0];
  }

  /** Opens stored weights. @returns undefined if there are none of this name @throws WeightsError if they are damaged */
  async read(name: string): Promise<SafetensorsFile | undefined> {
    const file = await this.file(name);
    return file && SafetensorsFile.open(new BlobBytes(file, name));
  }

  /**
   * Opens the weights at an address. The stored ones are used, unless the server now has another version. If a part of this
   * version has arrived before, only the rest is fetched.
   * @throws UserError if they cannot be fetched or stored; WeightsError if the file holds no weights; the reason of the signal
   */
  async fetch(url: string, options: StoreOptions = {}): Promise<SafetensorsFile> {
    if (isInPage(url)) return SafetensorsFile.open(new BlobBytes(await this.fetchBlob(url, options), 'weights'));
    return this.opened(await this.ensureFetched(url, options));
  }

  /** Fetches another kind of file, in the same way. @throws UserError as `fetch` */
  async fetchBlob(url: string, options: StoreOptions = {}): Promise<Blob> {
    if (isInPage(url)) return (await fetch(url, { signal: options.signal })).blob();
    const name = await this.ensureFetched(url, options);
    return (await this.file(name)) ?? (await Promise.reject(deletedMeanwhile(name)));
  }

  /**
   * Stores weights that the user dropped, and opens them. Weights of the same name are replaced.
   * @throws UserError if they cannot be stored; WeightsError if the file holds no weights
   */
  async add(file: File, options: StoreOptions = {}): Promise<SafetensorsFile> {
    const name = storedName(file.name);
    if (isTorch(file.name)) {
      await this.convert(file, file.name, name, options);
    } else {
      await SafetensorsFile.open(new BlobBytes(file, name));
      await this.expectRoom(name, file.size);
      await this.write(name, pieces(file), { ...options, stage: 'store', total: file.size });
    }
    return this.opened(name);
  }

  /** Deletes weights or a partial download, if there are any of this name. */
  async delete(name: string): Promise<void> {
    await this.folder.delete(name);
    await Download.delete(this.folder, name);
  }

  /** The bytes of stored weights. */
  private async file(name: string): Promise<Blob | undefined> {
    const plain = await this.folder.file(name);
    return plain ?? (await Download.all(this.folder)).find((download) => download.name === name)?.file();
  }

  /** Fetches the file at an address, unless its current version is stored. @returns its name in the store */
  private async ensureFetched(url: string, options: StoreOptions): Promise<string> {
    const place = await placeOf(url);
    return this.folder.alone(place.href, options.signal, () => this.fetchAlone(place, options));
  }

  private async fetchAlone(place: Place, options: StoreOptions): Promise<string> {
    const { href, file, start } = place;
    const downloads = (await Download.all(this.folder)).filter(({ name }) => name.startsWith(start));
    const whole = downloads.find((one) => one.whole);
    const converted = isTorch(file) ? await this.findConverted(start) : undefined;
    const kept = converted ?? whole?.name;
    const version = kept === undefined ? undefined : await currentVersion(href, options.signal);
    const wanted = version === undefined ? kept : await nameIn(place, version);
    if (converted !== undefined && converted === wanted) return converted;
    const isCurrent = whole !== undefined && whole.name === wanted && (await whole.file()) !== undefined;
    if (isCurrent && !isTorch(file)) return whole.name;
    const partial = downloads.find((one) => !one.whole);
    const download = isCurrent ? whole : await this.download(place, partial, options);
    if (isTorch(file)) await this.convertDownload(download, file, options);
    for (const { name } of downloads) if (name !== download.name) await Download.delete(this.folder, name);
    if (converted !== undefined && converted !== download.name) await this.folder.delete(converted);
    return download.name;
  }

  private async findConverted(start: string): Promise<string | undefined> {
    for (const name of await this.folder.names()) {
      if (name.startsWith(start) && name.endsWith('.safetensors') && (await this.folder.file(name))) return name;
    }
    return undefined;
  }

  /** Downloads a file, or the rest of it. What has arrived stays if a later download can go on from there. */
  private async download(
    place: Place,
    partial: Download | undefined,
    { signal, onProgress }: StoreOptions,
  ): Promise<Download> {
    const { href, file } = place;
    const incoming = await request(href, signal, partial?.arrived);
    let download = partial;
    try {
      const { from, total, body } = incoming;
      await this.expectRoom(file, total - from + (isTorch(file) ? total : 0));
      if (!download || from === 0) {
        if (download) await Download.delete(this.folder, download.name); // another version
        download = await Download.begin(this.folder, await nameIn(place, incoming.version), href, incoming);
      }
      await download.append(counted(body, { stage: 'download', from, total, onProgress }));
      signal?.throwIfAborted();
      return download;
    } catch (error) {
      if (download && !download.arrived && !download.whole) await Download.delete(this.folder, download.name);
      throw error;
    } finally {
      await incoming.cancel();
    }
  }

  /** Converts a whole download, and deletes it then, or if it holds no weights. */
  private async convertDownload(download: Download, file: string, options: StoreOptions): Promise<void> {
    const { name } = download;
    try {
      const blob = await download.file();
      if (!blob) throw deletedMeanwhile(name);
      await this.convert(blob, file, name, options);
    } catch (error) {
      if (error instanceof WeightsError) await Download.delete(this.folder, name);
      throw error;
    }
    await Download.delete(this.folder, name);
  }

  /** @throws UserError if it cannot be stored; WeightsError if the file holds no weights */
  private async convert(blob: Blob, file: string, name: string, options: StoreOptions): Promise<void> {
    const { tensors, metadata } = await convertTorch(new BlobBytes(blob, file), networks);
    options.signal?.throwIfAborted();
    await this.expectRoom(file, blob.size);
    // A PyTorch file is about as long as its tensors: names and skipped entries are small.
    await this.write(name, writeSafetensors(tensors, metadata), { ...options, stage: 'convert', total: blob.size });
  }

  /** Opens the file that was just written; deletes it if it holds no weights. */
  private async opened(name: string): Promise<SafetensorsFile> {
    try {
      return (await this.read(name)) ?? (await Promise.reject(deletedMeanwhile(name)));
    } catch (error) {
      if (error instanceof WeightsError) await this.delete(name);
      throw error;
    }
  }

  private write(
    name: string,
    content: AsyncIterable<Uint8Array>,
    { stage, total, signal, onProgress }: StoreOptions & { stage: string; total: number },
  ): Promise<void> {
    const what = `${name}, which has ${total} bytes`;
    return this.folder.write(name, counted(content, { stage, from: 0, total, onProgress }), what, signal);
  }

  /** @throws UserError if the browser has no room for so many bytes more */
  private async expectRoom(file: string, bytes: number): Promise<void> {
    const free = await this.folder.free();
    if (free === undefined || bytes <= free) return;
    const stored = (await this.list()).map((one) => `${one.name} (${megabytes(one.bytes)})`);
    const others = stored.length > 0 ? `, or delete some of these weights: ${stored.join(', ')}` : '';
    throw new UserError(
      `${file} needs ${megabytes(bytes)} of storage, but this browser gives the page only ${megabytes(free)} more.`,
      { hint: `Free some disk space${others}.` },
    );
  }
}

/** Passes bytes on, and reports how many there were. @param from bytes before the first ones */
async function* counted(
  content: AsyncIterable<Uint8Array>,
  { stage, from, total, onProgress }: Pick<StoreOptions, 'onProgress'> & { stage: string; from: number; total: number },
): AsyncGenerator<Uint8Array> {
  let done = from;
  for await (const piece of content) {
    yield piece;
    done += piece.length;
    onProgress?.({ stage, done: done / 1e6, total: Math.max(done, total) / 1e6, unit: 'MB' });
  }
}

/** Whether the address itself holds the file, or names one that the page made. Such a file is not stored. */
const isInPage = (url: string): boolean => /^(data|blob):/.test(url);

async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE_BYTES) {
    yield new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer());
  }
}

const deletedMeanwhile = (name: string): UserError =>
  new UserError(`${name} was deleted while it was fetched.`, { hint: 'Fetch it again.' });
