/** Weights in Chromium's private file system: fetched or dropped once, and there on the next visit. */
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { zoeModule } from '../../src/pipeline/zoeDepth/module.ts';
import type { DeviceFit } from '../../src/host/web/deviceFit.ts';
import type { StorageState } from '../../src/host/web/storage.ts';
import { syntheticTensors, syntheticTorch, syntheticWeight, writeSafetensors } from '../../weights/index.ts';
import { root } from '../../tools/setup/process.mjs';
import { openBuiltPage, type BuiltPage } from '../setup/builtPage.ts';
import { FileServer } from '../setup/fileServer.ts';
import { joined } from '../weights/files.ts';

const BIAS = 'mask_decoder.iou_prediction_head.layers.2.bias';

/** Functions that the tests call in the page. What they do with weights is to read one tensor through the store. */
const PAGE = `
  import { WeightStore } from './weightStore.ts';
  import { fileSet } from '../../pipeline/registry.ts';
  import { openWebWeights } from './weights.ts';
  import { fitOnDevice } from './deviceFit.ts';
  import { describeDownload } from './describeDownload.ts';
  import { askToPersist, storageState } from './storage.ts';
  const taken = () => { const all = [...stages]; stages.clear(); return all; };
  const told = (error) => ({ name: error.name, message: error.message, hint: error.hint });
  const stages = new Set();
  const onProgress = ({ stage }) => stages.add(stage);
  const result = async (file) => {
    const { sam } = fileSet('store', [file]);
    return { stages: taken(), embed: sam.config.embed, bias: [...(await sam.source.tensor('${BIAS}', [4]))] };
  };
  const names = (file) => ({ stages: taken(), name: file.name, tensors: file.tensors.size });
  const bytesAt = async (url) => (await fetch(url)).blob();
  const opened = (work) => WeightStore.open().then(work).catch(told);
  export const fetched = (url) => opened(async (store) => result(await store.fetch(url, { onProgress })));
  export const fetchedTorch = (url) => opened(async (store) => names(await store.fetch(url, { onProgress })));
  export const dropped = (url, name) =>
    opened(async (store) => names(await store.add(new File([await bytesAt(url)], name), { onProgress })));
  export const stopped = (url) =>
    opened((store) => {
      const controller = new AbortController();
      return store.fetch(url, { signal: controller.signal, onProgress: () => controller.abort() });
    });
  export const canceledTorch = (url, name, stage) =>
    opened(async (store) => {
      const controller = new AbortController();
      const onProgress = (event) => event.stage === stage && controller.abort();
      return names(await store.add(new File([await bytesAt(url)], name), { signal: controller.signal, onProgress }));
    });
  const set = async (work) => {
    const notices = [];
    const { describe, ...networks } = await work({ onProgress, onNotice: (notice) => notices.push(notice) });
    return { describe, networks: Object.keys(networks), stages: taken(), notices };
  };
  const isAddress = (source) => typeof source === 'string' && source.includes('/');
  const absolute = (source) => (isAddress(source) ? new URL(source, location.href).href : source);
  const everyAbsolute = (source) => (Array.isArray(source) ? source.map(absolute) : absolute(source));
  export const open = (source) => set((options) => openWebWeights(everyAbsolute(source), options)).catch(told);
  export const openTiny = (tinyUrl) => set((options) => openWebWeights('tiny', { ...options, tinyUrl })).catch(told);
  export const openDropped = (...urls) =>
    set(async (options) => {
      const files = urls.map(async (url) => new File([await bytesAt(url)], url.split('/').pop()));
      return openWebWeights(await Promise.all(files), options);
    }).catch(told);
  /** Reads the first tensors of SAM and of ZoeDepth, both dropped under one name. */
  export const openSameName = (samUrl, zoeUrl) =>
    opened(async () => {
      const files = [samUrl, zoeUrl].map(async (url) => new File([await bytesAt(url)], 'model.pth'));
      const { describe, sam, zoe } = await openWebWeights(await Promise.all(files), {});
      const sums = [];
      for (const { network, config, source } of [sam, zoe]) {
        const [name, { shape }] = [...network.specs(config).tensors][0];
        sums.push((await source.tensor(name, shape)).length > 0);
      }
      return { describe, sums };
    });
  export const openWithoutStore = (source) => {
    navigator.storage.getDirectory = () => Promise.reject(new Error('denied'));
    return open(source).finally(() => delete navigator.storage.getDirectory);
  };
  export const openElsewhere = () => set((options) => openWebWeights('http://127.0.0.1:1/w.safetensors', options)).catch(told);
  export const origin = () => location.origin;
  export const list = () => opened((store) => store.list());
  export const read = (name) => opened(async (store) => (await store.read(name)) === undefined);
  export const clear = () => opened(async (store) => {
    await (await navigator.storage.getDirectory()).removeEntry('weights', { recursive: true });
  });
  export const withoutStore = () => {
    navigator.storage.getDirectory = () => Promise.reject(new Error('denied'));
    return opened(() => 'opened').finally(() => delete navigator.storage.getDirectory);
  };
  export const withLittleRoom = (url, name, free) => {
    navigator.storage.estimate = () => Promise.resolve({ quota: free, usage: 0 });
    const work = name === '' ? fetched(url) : dropped(url, name);
    return work.finally(() => delete navigator.storage.estimate);
  };
  export const deleted = (name) => opened((store) => store.delete(name));
  export const canceledAt = (url, bytes) =>
    opened((store) => {
      const controller = new AbortController();
      const onProgress = ({ done }) => done * 1e6 >= bytes && controller.abort();
      return store.fetch(url, { signal: controller.signal, onProgress });
    });
  /** Fetches, and tells the server what has arrived. */
  export const fetchedTelling = (url) =>
    opened(async (store) => {
      const counts = [];
      const onProgress = ({ done }) => { counts.push(Math.round(done * 1e6)); clientHas(counts.at(-1)); };
      return { ...(await result(await store.fetch(url, { onProgress }))), first: counts[0], last: counts.at(-1) };
    });
  export const twice = (url) =>
    opened(async () => {
      const stores = await Promise.all([WeightStore.open(), WeightStore.open()]);
      const found = await Promise.all(stores.map((store) => store.fetch(url)));
      return found.map(({ name }) => name);
    });
  export const storage = () => storageState();
  export const fit = (weights) => fitOnDevice(weights).catch(told);
  export const persist = () => askToPersist();
  export const described = (url) => describeDownload(url).catch(told);
  export const readDeleted = (url) =>
    opened(async (store) => {
      const file = await store.fetch(url);
      await store.delete(file.name);
      return (await file.readTensor([...file.tensors.keys()][0])).values.length;
    });
  export const withoutRoom = (url, name) => {
    const { write } = FileSystemWritableFileStream.prototype;
    FileSystemWritableFileStream.prototype.write = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    return dropped(url, name).finally(() => (FileSystemWritableFileStream.prototype.write = write));
  };
`;

let page: BuiltPage;
let sam: Uint8Array;
beforeAll(async () => {
  const tensors = syntheticTensors(samModule.specs(samConfigs.small), { seed: 2, scheme: 'huggingface', dtype: 'F32' });
  sam = await joined(writeSafetensors(tensors));
  page = await openBuiltPage(PAGE, { '/torch/': join(import.meta.dirname, '../golden/torch') });
}, 60_000);
afterAll(() => page?.close());
beforeEach(async () => {
  await mkdir(join(page.folder, 'net'), { recursive: true });
  await writeFile(join(page.folder, 'net', 'sam.safetensors'), sam);
  await call('clear');
});

const call = (name: string, ...args: unknown[]) => page.call(name, ...args);

/** A result, and what the page asked its server for meanwhile. */
async function asked(work: () => Promise<unknown>): Promise<[unknown, string[]]> {
  const before = page.requests.length;
  return [await work(), page.requests.slice(before).filter((request) => !request.endsWith('.js'))];
}

describe('weights in a browser', () => {
  it('are fetched once, and read from the store afterwards', async () => {
    const expected = { embed: samConfigs.small.embed, bias: [...syntheticWeight(2, BIAS, [4])] };
    expect(await call('fetched', '/net/sam.safetensors')).toEqual({ ...expected, stages: ['download'] });
    const name = expect.stringMatching(/^sam\.\w{12}\.\w{12}\.safetensors$/) as string;
    expect(await call('list')).toEqual([{ name, bytes: sam.length }]);
    expect(await asked(() => call('fetched', '/net/sam.safetensors'))).toEqual([
      { ...expected, stages: [] },
      ['HEAD /net/sam.safetensors'],
    ]);
    await rm(join(page.folder, 'net'), { recursive: true });
    expect(await call('fetched', '/net/sam.safetensors')).toEqual({ ...expected, stages: [] });
  });

  it('are fetched again when the server has others, and under another address', async () => {
    await call('fetched', '/net/sam.safetensors');
    const tensors = syntheticTensors(samModule.specs(samConfigs.small), {
      seed: 3,
      scheme: 'huggingface',
      dtype: 'F32',
    });
    await writeFile(join(page.folder, 'net', 'sam.safetensors'), await joined(writeSafetensors(tensors)));
    const bias = [...syntheticWeight(3, BIAS, [4])];
    expect(await call('fetched', '/net/sam.safetensors')).toMatchObject({ bias, stages: ['download'] });
    expect(await call('list')).toHaveLength(1);
    expect(await call('fetched', '/net/sam.safetensors?another')).toMatchObject({ bias, stages: ['download'] });
    expect(await call('list')).toHaveLength(2);
  });

  it('are converted when torch wrote them, and the download goes', async () => {
    const expected = await call('dropped', '/torch/views.pth', 'views.pth');
    expect(expected).toMatchObject({ name: 'views.safetensors' });
    await call('clear');
    expect(await call('fetchedTorch', '/torch/views.pth')).toMatchObject({
      ...{ tensors: (expected as { tensors: number }).tensors },
      stages: ['download', 'convert'],
    });
    expect(await call('list')).toMatchObject([{ name: expect.stringMatching(/^views\..*\.safetensors$/) as string }]);
  });

  it('are taken from a dropped file', async () => {
    expect(await call('dropped', '/net/sam.safetensors', 'my sam.safetensors')).toMatchObject({
      ...{ name: 'my sam.safetensors', stages: ['store'] },
    });
    expect(await call('list')).toEqual([{ name: 'my sam.safetensors', bytes: sam.length }]);
  });

  it('are not there when they did not arrive whole', async () => {
    expect(await call('stopped', '/net/sam.safetensors')).toMatchObject({ name: 'AbortError' });
    await writeFile(join(page.folder, 'net', 'sam.safetensors'), sam.subarray(0, sam.length - 1));
    expect(await call('fetched', '/net/sam.safetensors')).toMatchObject({ name: 'WeightsError' });
    await writeFile(join(page.folder, 'net', 'prose.pth'), 'no checkpoint');
    expect(await call('fetchedTorch', '/net/prose.pth')).toMatchObject({ name: 'WeightsError' });
    expect(await call('dropped', '/net/prose.pth', 'prose.safetensors')).toMatchObject({ name: 'WeightsError' });
    expect(await call('list')).toEqual([]);
    expect(await call('read', 'sam.safetensors')).toBe(true);
  });

  it('say what to do where they cannot be fetched or kept', async () => {
    // Not an address of this server: a refused request would be logged as an error of the page.
    expect(await call('fetched', 'data:text/plain,no')).toMatchObject({ name: 'WeightsError' });
    expect(await call('withoutStore')).toMatchObject({ message: 'This browser keeps no files for this page: denied.' });
    expect(await call('withoutRoom', '/net/sam.safetensors', 'sam.safetensors')).toMatchObject({
      message: `This browser has no room for sam.safetensors, which has ${sam.length} bytes.`,
    });
    expect(await call('list')).toEqual([]);
  });
});

describe('a download in the private file system', () => {
  let server: FileServer;
  let url: string;
  let clientHas: (bytes: number) => void = () => undefined;
  beforeAll(() => page.page.exposeFunction('clientHas', (bytes: number) => clientHas(bytes)));
  beforeEach(async () => {
    server = await FileServer.start(sam);
    server.headers['access-control-allow-origin'] = '*';
    server.headers['last-modified'] = 'Sun, 06 Nov 1994 08:49:37 GMT';
    url = server.url.replace('weights.bin', 'sam.safetensors');
    clientHas = (bytes) => (server.clientHas = bytes);
  });
  afterEach(() => server.stop());

  const name = expect.stringMatching(/^sam\.\w{12}\.\w{12}\.safetensors$/) as string;
  const partial = (bytes: unknown) => [{ name, bytes, partial: { url, total: sam.length } }];
  const third = () => Math.floor(sam.length / 3);

  it('goes on after breaks, on a later visit too, from a server of another site', async () => {
    for (let i = 1; i <= 2; i++) {
      server.whims.push(server.breakOff(third()));
      expect(await call('fetchedTelling', url)).toMatchObject({ name: 'UserError' });
      expect(await call('list')).toEqual(partial(i * third()));
      await page.page.reload();
    }
    const bias = [...syntheticWeight(2, BIAS, [4])];
    const found = (await call('fetchedTelling', url)) as { first: number };
    expect(found).toMatchObject({ bias, last: sam.length });
    expect(found.first).toBeGreaterThan(2 * third());
    // No preflight request: the server was asked for nothing but the file.
    expect(server.methods).toEqual(['GET', 'GET', 'GET']);
    expect(server.ranges).toEqual([undefined, `bytes=${third()}-`, `bytes=${2 * third()}-`]);
    expect(await call('list')).toEqual([{ name, bytes: sam.length }]);
    // Now from the store, of which nothing is in memory.
    await page.page.reload();
    expect(await call('fetched', url)).toMatchObject({ bias, stages: [] });
  });

  it('goes on after it was canceled, and can be deleted', async () => {
    server.whims.push(server.breakOff(2 * third()));
    expect(await call('canceledAt', url, third())).toMatchObject({ name: 'AbortError' });
    const [found] = (await call('list')) as { name: string; bytes: number }[];
    expect([found]).toEqual(partial(found.bytes));
    expect(found.bytes).toBeGreaterThanOrEqual(third());
    await call('deleted', found.name);
    expect(await call('list')).toEqual([]);
    expect(await call('fetched', url)).toMatchObject({ stages: ['download'] });
    expect(server.ranges).toEqual([undefined, undefined]);
  });

  it('starts over when the file has another date', async () => {
    server.whims.push(server.breakOff(third()));
    await call('fetchedTelling', url);
    server.etag = undefined; // another site need not let a page read it anyway
    server.headers['last-modified'] = 'Mon, 07 Nov 1994 08:49:37 GMT';
    expect(await call('fetched', url)).toMatchObject({ stages: ['download'] });
    expect(server.ranges).toEqual([undefined, `bytes=${third()}-`, undefined]);
  });

  it('is done once for two who want it', async () => {
    const names = (await call('twice', url)) as string[];
    expect(names[0]).toBe(names[1]);
    expect(server.methods).toEqual(['GET', 'HEAD']);
  });

  it('is described before', async () => {
    const size = { bytes: sam.length, storageBytes: sam.length };
    expect(await call('described', url)).toEqual({ url, file: 'sam.safetensors', ranges: true, ...size });
  });

  it('does not begin when there is no room, and says what to delete', async () => {
    await call('dropped', '/net/sam.safetensors', 'old.safetensors');
    expect(await call('withLittleRoom', url, '', 1000)).toEqual({
      name: 'UserError',
      message: `sam.safetensors needs 1 MB of storage, but this browser gives the page only 1 kB more.`,
      hint: `Free some disk space, or delete some of these weights: old.safetensors (1 MB).`,
    });
    expect(await call('withLittleRoom', '/torch/views.pth', 'views.pth', 10)).toMatchObject({ name: 'UserError' });
    expect(await call('list')).toHaveLength(1);
  });

  it('is said to fit on the device before, as far as that is known', async () => {
    const fit = (await call('fit', ['sam-vit-b', 'mcc'])) as DeviceFit;
    expect(fit).toMatchObject({ fits: true, networks: [{ network: 'sam' }, { network: 'mcc' }] });
    expect(fit.summary).toMatch(
      /^The weights take 1\.\d\d GB of GPU memory, .* do not tell how much memory the GPU has/,
    );
    expect(fit.hostMemory! % 2 ** 28).toBe(0);
    expect(await call('fit', ['sam-vit-x'])).toMatchObject({ message: 'There is no checkpoint sam-vit-x.' });
  });

  it('is read with an error that explains, when it was deleted meanwhile', async () => {
    expect(await call('readDeleted', url)).toMatchObject({ hint: expect.stringContaining('deleted') as string });
  });

  it('takes storage that the browser tells about', async () => {
    const state = (await call('storage')) as StorageState;
    expect(state.free).toBe(state.quota! - state.usage!);
    expect(state.persistent).toBe(false);
    expect(typeof (await call('persist'))).toBe('boolean');
  });
});

describe('dropped files', () => {
  const torchOf = async (module: typeof samModule | typeof zoeModule, name: string) => {
    const specs = module.specs(module.configs.small as never);
    await writeFile(
      join(page.folder, 'net', name),
      await joined(syntheticTorch(specs, { seed: 2, dtype: 'F32' }).content),
    );
  };

  it('may have one name', async () => {
    await torchOf(samModule, 'sam.pth');
    await torchOf(zoeModule, 'zoe.pth');
    expect(await call('openSameName', '/net/sam.pth', '/net/zoe.pth')).toEqual({
      describe: 'model.safetensors, model (2).safetensors',
      sums: [true, true],
    });
  });

  it('replace those of the same name', async () => {
    await call('dropped', '/torch/views.pth', 'w.pth');
    const [before] = (await call('list')) as { bytes: number }[];
    await call('dropped', '/torch/nested.pth', 'w.pth');
    const [after, ...others] = (await call('list')) as { bytes: number }[];
    expect(others).toEqual([]);
    expect(after.bytes).not.toBe(before.bytes);
  });

  it('leave the earlier ones when their conversion is canceled', async () => {
    expect(await call('canceledTorch', '/torch/views.pth', 'w.pth', 'convert')).toMatchObject({ name: 'AbortError' });
    expect(await call('list')).toEqual([]);
    await call('dropped', '/torch/nested.pth', 'w.pth');
    const before = await call('list');
    expect(await call('canceledTorch', '/torch/views.pth', 'w.pth', 'convert')).toMatchObject({ name: 'AbortError' });
    expect(await call('list')).toEqual(before);
  });

  it.each([
    ['no weights', 'photo.jpg'],
    ['no weights', 'w.pth'],
    ['', 'empty.safetensors'],
    ['', 'empty.pt'],
  ])('are refused if they hold "%s", as %s', async (text, name) => {
    await writeFile(join(page.folder, 'net', name), text);
    expect(await call('openDropped', '/net/sam.safetensors', `/net/${name}`)).toMatchObject({
      ...{ name: 'WeightsError', message: expect.stringContaining(name.replace(/\.pth?$/, '')) as string },
    });
    expect(await call('list')).toEqual([]);
  });

  it('are listed whatever their ending', async () => {
    await call('dropped', '/net/sam.safetensors', 'weights.download');
    expect(await call('list')).toEqual([{ name: 'weights.download.safetensors', bytes: sam.length }]);
  });
});

describe('weights that a page names', () => {
  const TINY = ['sam', 'zoe', 'mcc'];
  const GETS = ['GET /tiny/config.json', ...TINY.map((name) => `GET /tiny/${name}.safetensors`)];
  beforeEach(() => cp(join(root, 'weights/tiny'), join(page.folder, 'tiny'), { recursive: true }));

  it('are the tiny ones next to the bundle, each file asked for once', async () => {
    const tiny = { describe: 'tiny', networks: TINY, notices: [] };
    expect(await asked(() => call('open'))).toEqual([{ ...tiny, stages: ['download'] }, GETS]);
    const heads = GETS.map((request) => request.replace('GET', 'HEAD'));
    expect(await asked(() => call('open', 'tiny'))).toEqual([{ ...tiny, stages: [] }, heads]);
    await rename(join(page.folder, 'tiny'), join(page.folder, 'elsewhere'));
    expect(await call('openTiny', '/elsewhere')).toEqual({ ...tiny, stages: ['download'] });
    await rename(join(page.folder, 'elsewhere'), join(page.folder, 'tiny'));
  });

  it('are a folder, with or without configurations', async () => {
    expect(await call('open', '/tiny/')).toMatchObject({ networks: TINY });
    // The networks that are there, recognized by their shapes.
    const [found, requests] = await asked(() => call('open', '/net/'));
    expect(found).toMatchObject({ networks: ['sam'], stages: ['download'] });
    expect(requests).toContain('GET /net/mcc.safetensors');
  });

  it('are files, dropped or behind addresses', async () => {
    expect(await call('open', '/net/sam.safetensors')).toMatchObject({ networks: ['sam'], stages: ['download'] });
    const dropped = await call('openDropped', '/tiny/config.json', '/tiny/zoe.safetensors');
    expect(dropped).toMatchObject({ networks: ['zoe'], stages: [] });
    expect(await call('open', 'synthetic:7')).toMatchObject({
      describe: 'synthetic:7',
      networks: [...TINY, 'mccScene'],
    });
  });

  it('are tiny for the roles that no file of a list plays', async () => {
    expect(await call('open', ['/net/sam.safetensors', 'tiny'])).toMatchObject({
      networks: TINY,
      describe: expect.stringMatching(/^sam\..*\.safetensors, tiny ZoeDepth, tiny MCC$/) as string,
    });
    expect(await call('open', ['tiny'])).toMatchObject({ networks: TINY, describe: 'tiny' });
  });

  it('are stored files by their names', async () => {
    await call('open', '/net/sam.safetensors');
    const [{ name }] = (await call('list')) as { name: string }[];
    const [found, requests] = await asked(() => call('open', `stored:${name}`));
    expect(found).toMatchObject({ networks: ['sam'], describe: name, stages: [] });
    expect(requests).toEqual([]);
    expect(await call('open', ['stored:other.safetensors', 'tiny'])).toMatchObject({
      message: 'There are no stored weights other.safetensors.',
      hint: expect.stringContaining('deleted, or their download is not complete') as string,
    });
  });

  it('stay in memory where the browser keeps no files, and a notice says so', async () => {
    expect(await call('openWithoutStore', 'tiny')).toMatchObject({
      networks: TINY,
      notices: [expect.stringMatching(/keeps no files for this page: denied.*stay in memory/) as string],
    });
    expect(await call('list')).toEqual([]);
  });

  it('say what to do where they are not', async () => {
    const origin = (await call('origin')) as string;
    await rm(join(page.folder, 'tiny'), { recursive: true });
    expect(await call('open')).toMatchObject({
      message: `The tiny weights are not next to the bundle: ${origin}/tiny/config.json cannot be fetched: the server answered 404.`,
      hint: expect.stringContaining(`Copy node_modules/unflat/dist/tiny to ${origin}/tiny/.`) as string,
    });
    const inVite = { hint: expect.stringContaining("optimizeDeps: { exclude: ['unflat'] }") as string };
    expect(await call('openTiny', '/node_modules/.vite/deps/tiny/')).toMatchObject(inVite);
    await mkdir(join(page.folder, 'nothing'), { recursive: true });
    expect(await call('open', '/nothing/')).toMatchObject({
      message: `${origin}/nothing/ has none of sam.safetensors, zoe.safetensors, mcc.safetensors.`,
    });
    await writeFile(join(page.folder, 'nothing', 'config.json'), 'no JSON');
    expect(await call('open', '/nothing/')).toMatchObject({
      message: expect.stringContaining('cannot be read') as string,
    });
    await writeFile(join(page.folder, 'nothing', 'config.json'), '{}');
    expect(await call('open', '/nothing/')).toMatchObject({
      message: expect.stringContaining('names no network') as string,
    });
    // The page of a program that answers every address.
    await writeFile(join(page.folder, 'page.html'), '<!doctype html>');
    expect(await call('open', '/page.html')).toMatchObject({
      message: expect.stringContaining('a web page') as string,
    });
    expect(await call('openElsewhere')).toMatchObject({ hint: expect.stringContaining('CORS') as string });
  });

  it.each([[7], [null], [[]], ['official'], [[7]], [{}]])('are refused as %j', async (source) => {
    expect(await call('open', source)).toMatchObject({ name: 'OptionError' });
  });
});
