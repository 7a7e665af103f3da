/** Weights in Chromium's private file system: fetched or dropped once, and there on the next visit. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { samConfigs, syntheticTensors, syntheticWeight, writeSafetensors } from '../../weights/index.ts';
import { openBuiltPage, type BuiltPage } from '../setup/builtPage.ts';
import { joined } from '../weights/files.ts';

const BIAS = 'mask_decoder.iou_prediction_head.layers.2.bias';

/** Functions that the tests call in the page. What they do with weights is to read one tensor through the store. */
const PAGE = `
  import { WeightStore } from './weightStore.ts';
  import { fileSet } from '../../pipeline/registry.ts';
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
  export const list = () => opened((store) => store.list());
  export const read = (name) => opened(async (store) => (await store.read(name)) === undefined);
  export const clear = () => opened(async (store) => { for (const { name } of await store.list()) await store.delete(name); });
  export const withoutStore = () => {
    navigator.storage.getDirectory = () => Promise.reject(new Error('denied'));
    return opened(() => 'opened').finally(() => delete navigator.storage.getDirectory);
  };
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

describe('weights in a browser', () => {
  it('are fetched once, and read from the store afterwards', async () => {
    const expected = { embed: samConfigs.small.embed, bias: [...syntheticWeight(2, BIAS, [4])] };
    expect(await call('fetched', '/net/sam.safetensors')).toEqual({ ...expected, stages: ['download'] });
    expect(await call('list')).toEqual([{ name: 'sam.safetensors', bytes: sam.length }]);
    await rm(join(page.folder, 'net'), { recursive: true });
    expect(await call('fetched', '/net/sam.safetensors')).toEqual({ ...expected, stages: [] });
  });

  it('are converted when torch wrote them, and the download goes', async () => {
    const expected = await call('dropped', '/torch/views.pth', 'views.pth');
    expect(expected).toMatchObject({ name: 'views.safetensors' });
    await call('clear');
    expect(await call('fetchedTorch', '/torch/views.pth')).toMatchObject({
      ...{ name: 'views.safetensors', tensors: (expected as { tensors: number }).tensors },
      stages: ['download', 'convert'],
    });
    expect(await call('list')).toMatchObject([{ name: 'views.safetensors' }]);
  });

  it('are taken from a dropped file', async () => {
    expect(await call('dropped', '/net/sam.safetensors', 'my sam.safetensors')).toMatchObject({
      ...{ name: 'my sam.safetensors', stages: ['keep'] },
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
