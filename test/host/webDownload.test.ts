/** Downloads of the browser's store: they go on where they stopped, and nothing partial is taken for a whole file. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Download } from '../../src/host/web/download.ts';
import { MemoryFolder } from '../../src/host/web/folder.ts';
import { describeDownload, knownDownload } from '../../src/host/web/describeDownload.ts';
import { WeightStore, type StoreOptions } from '../../src/host/web/weightStore.ts';
import { findCheckpoint, syntheticTensor, writeSafetensors } from '../../weights/index.ts';
import { FileServer, type Whim } from '../setup/fileServer.ts';
import { joined } from '../weights/files.ts';

const fileOf = (seed: number) =>
  joined(writeSafetensors([{ name: 'x', dtype: 'F32', shape: [25_000], data: syntheticTensor(seed, 'x', [25_000]) }]));

let content: Uint8Array;
let other: Uint8Array;
let server: FileServer;
let store: WeightStore;
let url: string;
/** Progress of the last fetch, in bytes. */
let counts: number[];
beforeEach(async () => {
  content = await fileOf(1);
  other = await fileOf(2);
  server = await FileServer.start(content);
  store = WeightStore.inMemory();
  url = server.url.replace('weights.bin', 'w.safetensors');
  vi.stubGlobal('location', { href: server.url });
});
afterEach(() => {
  vi.unstubAllGlobals();
  return server.stop();
});

async function fetchIt(options: StoreOptions = {}): Promise<Uint8Array> {
  counts = [];
  server.clientHas = 0;
  const blob = await store.fetchBlob(url, {
    ...options,
    onProgress: (event) => {
      counts.push(Math.round(event.done * 1e6));
      server.clientHas = counts.at(-1)!;
      options.onProgress?.(event);
    },
  });
  return new Uint8Array(await blob.arrayBuffer());
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Fetches until the server breaks off after `length` bytes more. */
async function broken(length: number): Promise<void> {
  server.whims.push(server.breakOff(length));
  await expect(fetchIt()).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('w.safetensors') as string,
  });
}

const NAME = /^w\.\w{12}\.\w{12}\.safetensors$/;
const partial = (bytes: number) => [
  { name: expect.stringMatching(NAME) as string, bytes, partial: { url, total: content.length } },
];

describe('a download that breaks off', () => {
  it('goes on, and counts from where it stopped', async () => {
    await broken(30_000);
    expect(await store.list()).toEqual(partial(30_000));
    expect(await store.find(url)).toEqual(partial(30_000)[0]);
    await broken(20_000);
    expect(await store.list()).toEqual(partial(50_000));
    expect(same(await fetchIt(), content)).toBe(true);
    expect(server.ranges).toEqual([undefined, 'bytes=30000-', 'bytes=50000-']);
    expect(counts[0]).toBeGreaterThan(50_000);
    expect(counts.at(-1)).toBe(content.length);
    expect(await store.list()).toEqual([{ name: expect.stringMatching(NAME) as string, bytes: content.length }]);
    expect((await store.fetch(url)).tensors.size).toBe(1);
    expect(server.ranges).toHaveLength(3);
  });

  it('goes on after it was canceled', async () => {
    const controller = new AbortController();
    const reason = new Error('canceled');
    const onProgress = ({ done }: { done: number }) => done >= 0.03 && controller.abort(reason);
    server.whims.push(server.breakOff(40_000));
    await expect(fetchIt({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    const [{ bytes }] = await store.list();
    expect(bytes).toBeGreaterThanOrEqual(30_000);
    expect(same(await fetchIt(), content)).toBe(true);
    expect(server.ranges).toEqual([undefined, `bytes=${bytes}-`]);
  });

  it('is whole when it was canceled after the last byte', async () => {
    const controller = new AbortController();
    const onProgress = ({ done, total }: { done: number; total: number }) => done === total && controller.abort();
    await expect(fetchIt({ signal: controller.signal, onProgress })).rejects.toMatchObject({ name: 'AbortError' });
    expect(same(await fetchIt(), content)).toBe(true);
    expect(server.methods).toEqual(['GET', 'HEAD']);
  });

  it('starts over when the file has changed', async () => {
    await broken(30_000);
    server.content = other;
    server.etag = '"two"';
    expect(same(await fetchIt(), other)).toBe(true);
    expect(server.ranges).toEqual([undefined, 'bytes=30000-']);
    expect(await store.list()).toHaveLength(1);
  });

  it('starts over when the server serves no ranges', async () => {
    await broken(30_000);
    server.hasRanges = false;
    expect(same(await fetchIt(), content)).toBe(true);
    expect(counts[0]).toBeLessThanOrEqual(counts.at(-1)!);
    await store.delete((await store.list())[0].name);
    expect(await store.list()).toEqual([]);
  });

  it('is not kept when nothing tells whether the file is still the same', async () => {
    server.etag = undefined;
    await broken(30_000);
    expect(await store.list()).toEqual([]);
    server.headers['last-modified'] = 'Sun, 06 Nov 1994 08:49:37 GMT';
    await broken(30_000);
    expect(await store.list()).toEqual(partial(30_000));
  });

  /** An answer of the server's own making. */
  const says =
    (status: number, headers: Record<string, string>, body: () => Uint8Array = () => content.subarray(30_000)): Whim =>
    (_, response) => {
      response.writeHead(status, { etag: '"one"', ...headers }).end(body());
      return true;
    };
  const range = (from: number, total = 0) => ({ 'content-range': `bytes ${from}-0/${total || content.length}` });

  it.each([
    ['has another start', () => says(206, range(20_000))],
    ['has another length', () => says(206, range(30_000, 7))],
    ['is of another version', () => says(206, { ...range(30_000), etag: '"two"' })],
    ['is shorter than it says', () => says(206, range(30_000), () => content.subarray(40_000))],
    ['is longer than it says', () => says(206, range(30_000), () => content)],
    ['is refused', () => says(416, {}, () => new Uint8Array())],
  ])('starts over when the range %s', async (_, whim) => {
    await broken(30_000);
    server.whims.push(whim());
    expect(same(await fetchIt(), content)).toBe(true);
    expect(server.ranges).toEqual([undefined, 'bytes=30000-', undefined]);
  });

  it('is not taken for whole when the server promised more', async () => {
    server.whims.push(server.breakOff(content.length, 10));
    await expect(fetchIt()).rejects.toMatchObject({ name: 'UserError' });
    expect((await store.list())[0]).toMatchObject({ bytes: content.length, partial: { total: content.length + 10 } });
    // The file has another length now than that answer said.
    expect(same(await fetchIt(), content)).toBe(true);
  });

  it('is deleted like any other weights', async () => {
    await broken(30_000);
    await store.delete((await store.list())[0].name);
    expect(await store.list()).toEqual([]);
    expect(await store.find(url)).toBeUndefined();
    await fetchIt();
    expect(server.ranges).toEqual([undefined, undefined]);
  });

  it('is done once when it is wanted twice', async () => {
    const [a, b] = await Promise.all([store.fetchBlob(url), store.fetchBlob(url)]);
    expect([a.size, b.size]).toEqual([content.length, content.length]);
    expect(server.methods).toEqual(['GET', 'HEAD']);
  });
});

describe('a PyTorch file', () => {
  beforeEach(async () => {
    server.content = await readFile(join(import.meta.dirname, '../golden/torch/views.pth'));
    url = server.url.replace('weights.bin', 'views.pth');
  });

  it('is not downloaded again when its conversion was canceled', async () => {
    const controller = new AbortController();
    const onProgress = ({ stage }: { stage: string }) => stage === 'convert' && controller.abort();
    const canceled = store.fetch(url, { signal: controller.signal, onProgress });
    await expect(canceled).rejects.toMatchObject({ name: 'AbortError' });
    const { length } = server.content;
    expect(await store.list()).toMatchObject([{ bytes: length, partial: { url, total: length } }]);
    const { name, tensors } = await store.fetch(url);
    expect(tensors.size).toBeGreaterThan(0);
    expect(await store.list()).toEqual([{ name, bytes: expect.any(Number) as number }]);
    expect(server.methods).toEqual(['GET', 'HEAD']);
  });

  it('leaves nothing when it holds no weights', async () => {
    server.content = new TextEncoder().encode('no checkpoint');
    await expect(store.fetch(url)).rejects.toMatchObject({ name: 'WeightsError' });
    expect(await store.list()).toEqual([]);
  });
});

describe('the parts of a download', () => {
  const version = { version: 'one', total: 25, validator: '"one"' };
  const pieces = async function* (...lengths: number[]): AsyncGenerator<Uint8Array> {
    for (const length of lengths) yield await Promise.resolve(new Uint8Array(length).fill(length));
  };

  it('are read as one file', async () => {
    const folder = new MemoryFolder(10);
    const download = await Download.begin(folder, 'w', 'http://host/w', version);
    await download.append(pieces(4, 6, 3, 7, 5));
    expect(await folder.names()).toEqual(['w.download', 'w.download.0', 'w.download.1', 'w.download.2']);
    const [found] = await Download.all(folder);
    const expected = [4, 6, 3, 7, 5].flatMap((length) => new Array<number>(length).fill(length));
    expect([...new Uint8Array(await (await found.file())!.arrayBuffer())]).toEqual(expected);
  });

  it('are no file when one is missing, or when they are not all', async () => {
    const folder = new MemoryFolder(10);
    const download = await Download.begin(folder, 'w', 'http://host/w', version);
    await download.append(pieces(10, 10, 5));
    await folder.delete('w.download.1');
    expect(await download.file()).toBeUndefined();
    const failing = async function* () {
      yield* pieces(10, 5);
      throw new Error('broken');
    };
    const again = await Download.begin(folder, 'w', 'http://host/w', version);
    await expect(again.append(failing())).rejects.toThrow('broken');
    expect(await again.file()).toBeUndefined();
    expect(again.arrived).toMatchObject({ bytes: 15, total: 25 });
  });
});

describe('what is known of a download before', () => {
  it('is its size, and whether it can go on after a break', async () => {
    const { length } = content;
    const expected = { url, file: 'w.safetensors', bytes: length, storageBytes: length };
    expect(await describeDownload('w.safetensors')).toEqual({ ...expected, ranges: true });
    server.hasRanges = false;
    expect(await describeDownload(url)).toEqual({ ...expected, ranges: false });
    expect(await store.list()).toEqual([]);
  });

  it('is the checkpoint, by address or by file name', async () => {
    const { title, license, sources } = findCheckpoint('mcc')!;
    const { known, storageBytes } = await describeDownload(server.url.replace('weights.bin', sources.official.file));
    expect(known).toEqual({ id: 'mcc', network: 'mcc', title, license, released: {} });
    expect(license.nonCommercial).toBe(true);
    expect(storageBytes).toBe(2 * content.length);
    const sam = findCheckpoint('sam-vit-h')!;
    const { bytes, sha256 } = sam.sources.official;
    expect(knownDownload(sam.sources.official.url)).toMatchObject({ id: 'sam-vit-h', released: { bytes, sha256 } });
    expect(knownDownload(sam.sources.huggingface!.url)).toMatchObject({ id: 'sam-vit-h', released: {} });
    expect(knownDownload('/model.safetensors')).toBeUndefined();
  });

  it('says what to do where there is none', async () => {
    const answers =
      (status: number, type: string): Whim =>
      (_, response) => {
        response.writeHead(status, { 'content-type': type }).end();
        return true;
      };
    server.whims.push(answers(404, 'text/plain'), answers(200, 'text/html'));
    const missing = { hint: 'Check the address: open it in the browser.' };
    await expect(describeDownload(url)).rejects.toMatchObject({
      ...missing,
      message: expect.stringContaining('404') as string,
    });
    await expect(describeDownload(url)).rejects.toMatchObject(missing);
    await expect(describeDownload('http://127.0.0.1:1/w.pth')).rejects.toMatchObject({
      hint: expect.stringContaining('must allow this page to read its files (CORS)') as string,
    });
  });
});
