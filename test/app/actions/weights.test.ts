/** Choosing networks, with files that the test gives. */
import { expect, it, vi } from 'vitest';
import { Weights, type WeightFiles } from '../../../src/app/actions/weights.ts';
import type { PageWeights } from '../../../src/app/engine.ts';
import type { Problem } from '../../../src/app/state/problem.ts';
import type { Offer, StoredNetwork } from '../../../src/app/state/weights.ts';
import { UserError } from '../../../src/host/errors.ts';
import type { StoreOptions } from '../../../src/web.ts';
import { settled } from './heldEngine.ts';

const SAM: StoredNetwork = { name: 'sam.safetensors', bytes: 5e6, title: 'SAM ViT-B', role: 'segment' };
const offer = (file: string): Offer => ({ url: `https://example.org/${file}`, file, canContinue: true });

/** Files in memory, and a page that notes what it is asked. */
function rig(found: Partial<WeightFiles> = {}, memory: Record<string, string> = {}) {
  const files: Partial<WeightFiles> = {
    listStored: () => Promise.resolve([SAM]),
    storedNames: () => Promise.resolve([SAM.name]),
    storageState: () => Promise.resolve({ persistent: false, free: 9e9 }),
    ...found,
  };
  const renewed: PageWeights[] = [];
  const told: Problem[] = [];
  const page = { runs: true };
  const weights = new Weights(
    () => Promise.resolve(files as WeightFiles),
    {
      renew(wanted) {
        renewed.push(wanted);
        return Promise.resolve(page.runs);
      },
      tell: (problem) => void told.push(problem),
    },
    { getItem: (key) => memory[key] ?? null, setItem: (key, value) => void (memory[key] = value) },
  );
  return { weights, state: weights.state, renewed, told, page, memory };
}

const fail = (message: string) => () => Promise.reject(new UserError(message, { hint: 'Do this.' }));

it('remembers a choice once its engine runs, and keeps the former one to go back to', async () => {
  const { weights, state, renewed, page, memory } = rig();
  await weights.use({ segment: SAM.name });
  expect(renewed).toEqual([['stored:sam.safetensors', 'tiny']]);
  page.runs = false;
  await weights.use({ depth: 'broken.safetensors' });
  expect(state.choice.value).toEqual({ depth: 'broken.safetensors' });
  expect(state.former.value).toEqual({ segment: SAM.name });
  const later = rig({}, memory);
  expect(await later.weights.remembered()).toEqual(['stored:sam.safetensors', 'tiny']);
  expect(later.state.choice.value).toEqual({ segment: SAM.name });
  expect(later.told).toEqual([]);
});

it('uses the tiny networks, and says so, for what is not there any more', async () => {
  const { weights, memory } = rig();
  await weights.use({ segment: SAM.name, depth: 'zoe.safetensors' });
  const later = rig({}, memory);
  expect(await later.weights.remembered()).toEqual(['stored:sam.safetensors', 'tiny']);
  expect(later.told).toEqual([expect.objectContaining({ text: expect.stringContaining('zoe.safetensors') as string })]);
  const without = rig({ storedNames: fail('This browser keeps no files.') }, memory);
  expect(await without.weights.remembered()).toBe('tiny');
  expect(without.told[0].text).toMatch(/keeps no files\. Do this\. The tiny networks are used/);
});

it('needs no files at a first visit', async () => {
  const storedNames = vi.fn(() => Promise.resolve([]));
  expect(await rig({ storedNames }).weights.remembered()).toBe('tiny');
  expect(storedNames).not.toHaveBeenCalled();
});

it('stores several files, and says by its name what is wrong with one', async () => {
  const kept: unknown[] = [];
  const { weights, state } = rig({
    keep(source) {
      kept.push(source);
      const { name } = source as File;
      return name === 'bad.pth' ? fail('It holds no weights.')() : Promise.resolve(name);
    },
  });
  const files = ['bad.pth', 'good.safetensors'].map((name) => new File(['x'], name));
  await weights.add(files);
  expect(kept).toEqual(files);
  expect(state.problems.value).toEqual([
    expect.objectContaining({ title: 'bad.pth', text: 'It holds no weights. Do this.' }),
  ]);
  expect(state.said.value).toBe('Stored: good.safetensors.');
  expect(state.stored.value).toEqual([SAM]);
  expect(state.work.value).toBeUndefined();
});

it('does not replace a file that is in use', async () => {
  const keep = vi.fn();
  const { weights, state } = rig({ keep });
  await weights.use({ segment: SAM.name });
  await weights.add([new File(['x'], 'sam.pth')]);
  expect(keep).not.toHaveBeenCalled();
  expect(state.problems.value[0]).toMatchObject({
    title: 'sam.pth',
    text: expect.stringContaining('in use') as string,
  });
});

it('shows what is at addresses, one by one, and what is not', async () => {
  const { weights, state } = rig({
    lookAt: (address) =>
      address.includes('no') ? fail(`${address} cannot be fetched.`)() : Promise.resolve([offer(address)]),
  });
  await weights.look('  a.safetensors\nno.pth  b.pth\n');
  expect(state.offers.value.map(({ file }) => file)).toEqual(['a.safetensors', 'b.pth']);
  expect(state.problems.value.map(({ title }) => title)).toEqual(['no.pth']);
  expect(state.isLooking.value).toBe(false);
});

it('shows the progress of a download, and stops all of them when canceled', async () => {
  let options: StoreOptions = {};
  const keep = vi.fn((_: File | string, given: StoreOptions) => {
    options = given;
    const { signal } = given;
    return new Promise<string>((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
  });
  const { weights, state } = rig({ keep });
  state.offers.value = [offer('a.pth'), offer('b.pth')];
  const done = weights.download(state.offers.value);
  await settled();
  options.onProgress!({ stage: 'download', done: 20, total: 80, unit: 'MB' });
  expect(state.work.value).toMatchObject({
    file: 'a.pth',
    what: 'Downloading',
    done: 20,
    total: 80,
    isStopping: false,
  });
  options.onProgress!({ stage: 'convert', done: 1, total: 80, unit: 'MB' });
  expect(state.work.value).toMatchObject({ what: 'Converting', done: 1 });
  weights.cancel();
  expect(state.work.value).toMatchObject({ isStopping: true });
  await done;
  expect(keep).toHaveBeenCalledTimes(1);
  expect(state.work.value).toBeUndefined();
  expect(state.problems.value).toEqual([]);
  expect(state.offers.value).toHaveLength(2);
});

it('continues a partial download at its address', async () => {
  const keep = vi.fn(() => Promise.resolve('mcc.safetensors'));
  const { weights } = rig({ keep });
  const url = 'https://example.org/mcc.pth';
  await weights.resume({ name: 'mcc.1.2.safetensors', bytes: 5, partial: { url } });
  expect(keep).toHaveBeenCalledExactlyOnceWith(url, expect.anything());
});

it('says that the browser refused to keep the files', async () => {
  const { weights, state } = rig({ askToPersist: () => Promise.resolve(false) });
  await weights.askToKeep();
  expect(state.said.value).toContain('did not agree');
  expect(state.storage.value).toEqual({ persistent: false, free: 9e9 });
});

it('says what keeps it from listing and deleting', async () => {
  const { weights, state } = rig({ listStored: fail('No store.'), deleteStored: fail('It is locked.') });
  await weights.remove(SAM);
  expect(state.problems.value.map(({ text }) => text)).toEqual(['It is locked. Do this.', 'No store. Do this.']);
  expect(state.stored.value).toEqual([]);
});
