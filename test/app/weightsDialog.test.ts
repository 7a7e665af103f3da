/** Choosing networks in the web app, in Chromium: files are stored, used, deleted and fetched. The engine is the fake one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FileServer, type Whim } from '../setup/fileServer.ts';
import { useApps, type OpenedApp } from './openApp.ts';
import { smallSam } from './smallSam.ts';

const apps = useApps();
let app: OpenedApp;
let folder: string;
/** Serves a small SAM under any name. */
let files: FileServer;

beforeAll(async () => {
  const sam = await smallSam();
  folder = await mkdtemp(join(tmpdir(), 'unflat-weights-'));
  await writeFile(join(folder, 'my-sam.safetensors'), sam);
  await writeFile(join(folder, 'notes.safetensors'), 'these are no weights');
  await writeFile(join(folder, 'notes.pth'), 'these are no weights');
  files = await FileServer.start(sam);
});
beforeEach(async () => {
  files.ranges.length = 0;
  Object.assign(files.headers, {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'content-range, etag',
  });
  app = await apps.open();
  await openDialog();
});
afterAll(async () => {
  await files?.stop();
  await rm(folder, { recursive: true });
});

const dialog = (): Locator => app.page.getByRole('dialog', { name: 'Networks' });
const inDialog = (name: string): Locator => dialog().getByRole('button', { name, exact: true });
const stored = (): Locator => dialog().getByRole('region', { name: 'Stored in this browser' }).getByRole('listitem');
const found = (): Locator => dialog().getByRole('list', { name: 'Found there' }).getByRole('listitem');
const problems = (): Promise<string[]> => dialog().getByRole('alert').allTextContents();
const used = (): Promise<string[]> => dialog().getByRole('definition').allTextContents();
const focused = (): Promise<unknown> => app.page.evaluate(() => document.activeElement?.textContent);
const address = (name: string): string => files.url.replace('weights.bin', name);
/** Files take a while. */
const poll = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 });
const text = (pattern: RegExp | string): unknown => expect.stringMatching(pattern);

async function openDialog(): Promise<void> {
  await app.button('Tiny networks').click();
  await dialog().getByRole('heading', { name: 'Networks' }).waitFor();
}

async function add(...names: string[]): Promise<void> {
  const chooser = app.page.waitForEvent('filechooser');
  await inDialog('Add files').click();
  await (await chooser).setFiles(names.map((name) => join(folder, name)));
}

async function look(addresses: string): Promise<void> {
  await dialog().getByLabel('Fetch from an address').fill(addresses);
  await inDialog('Look it up').click();
  await inDialog('Look it up').and(app.page.locator(':enabled')).waitFor();
}

describe('files from the disk', () => {
  it('are stored, used now and at the next visit, and deleted', async () => {
    await poll(used).toEqual(['tiny', 'tiny', 'tiny']);
    await add('my-sam.safetensors');
    await poll(() => stored().allTextContents()).toEqual([text('my-sam.safetensors')]);
    await inDialog('Use SAM small').click();
    await poll(used).toEqual(['SAM small', 'tiny', 'tiny']);
    const weights = ['stored:my-sam.safetensors', 'tiny'];
    await poll(() => app.asked('create')).toEqual([weights]);
    await expect.poll(() => inDialog('Delete SAM small').isDisabled()).toBe(true);

    await app.page.reload();
    await poll(() => app.asked('create')).toEqual([weights]);
    await openDialog();
    await poll(used).toEqual(['SAM small', 'tiny', 'tiny']);
    await inDialog('Use the tiny networks').click();
    await poll(() => app.asked('create')).toEqual(['tiny']);

    await inDialog('Delete SAM small').click();
    await dialog()
      .getByText(/^Delete my-sam\.safetensors \([\d.]+ .B\)\?$/)
      .waitFor();
    await poll(focused).toBe('Keep it');
    await inDialog('Keep it').click();
    await poll(focused).toBe('Delete');
    await inDialog('Delete SAM small').click();
    await inDialog('Delete it').click();
    await poll(() => stored().count()).toBe(0);
    await poll(focused).toBe('Networks');
    await app.page.keyboard.press('Escape');
    await poll(focused).toBe('Tiny networks');
  });

  it('come into use without losing the photo and what was pointed at', async () => {
    await inDialog('Close').click();
    await app.choose();
    await app.point(0.5, 0.5);
    await openDialog();
    await add('my-sam.safetensors');
    await inDialog('Use SAM small').click();
    await poll(() => app.asked('open')).toHaveLength(1);
    await poll(() => app.asked('segment')).toHaveLength(1);
    await inDialog('Close').click();
    await app.page.getByText('1 prompt', { exact: true }).waitFor();
    await expect.poll(() => app.button('Reconstruct').isEnabled()).toBe(true);
  });

  it('are refused by their names if they hold no network', async () => {
    await add('notes.safetensors', 'notes.pth', 'my-sam.safetensors');
    await poll(() => stored().allTextContents()).toEqual([text('my-sam.safetensors')]);
    await poll(problems).toEqual([text(/^notes\.safetensors.*notes\.pth/s)]);
  });

  it('whose engine does not start leave the way back', async () => {
    await add('my-sam.safetensors');
    app.scenario = { fails: { create: { name: 'WeightsError', message: 'A tensor is missing.' } } };
    await inDialog('Use SAM small').click();
    await poll(problems).toContainEqual(text(/^These weights cannot be used.*A tensor is missing\./));
    app.scenario = {};
    await inDialog('Use the tiny networks').click();
    await poll(used).toEqual(['tiny', 'tiny', 'tiny']);
    await poll(problems).toEqual([]);
    await inDialog('Use SAM small').click();
    await poll(used).toEqual(['SAM small', 'tiny', 'tiny']);
  });

  it('may be dropped, and are not taken for photos', async () => {
    const data = await app.page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['no picture'], 'picture.png', { type: 'image/png' }));
      return transfer;
    });
    await dialog().dispatchEvent('drop', { dataTransfer: data });
    await poll(problems).toEqual([text(/^picture\.png/)]);
    expect(await app.asked('open')).toEqual([]);
  });

  it('that are gone at the next visit leave the tiny network, and a notice', async () => {
    await add('my-sam.safetensors');
    await inDialog('Use SAM small').click();
    await poll(() => app.asked('create')).toEqual([['stored:my-sam.safetensors', 'tiny']]);
    await app.page.evaluate(async () => {
      await (await navigator.storage.getDirectory()).removeEntry('weights', { recursive: true });
    });
    await app.page.reload();
    await app.page.getByText('The browser no longer has my-sam.safetensors.').waitFor();
    await poll(() => app.asked('create')).toEqual(['tiny']);
  });
});

describe('files at addresses', () => {
  // Chromium lets a worker whose program came from a test, not from this machine, fetch nothing from this machine.
  beforeEach(() => app.page.route('**/worker.js', (route) => route.continue()));

  /** Sends half of the file, and no more. */
  const halfOnly: Whim = (_, response) => {
    const { content } = files;
    response.writeHead(200, { ...files.headers, etag: files.etag, 'content-length': content.length });
    return response.write(content.subarray(0, content.length / 2)) || true;
  };

  it('are downloaded with progress, canceled, and continued', async () => {
    await look(address('sam.safetensors'));
    await expect
      .poll(() => found().allTextContents())
      .toEqual([text(/^SAM small.*sam\.safetensors.*License not known/s)]);
    files.whims.push(halfOnly);
    await inDialog('Download').click();
    await dialog()
      .getByText(/^Downloading sam\.safetensors: [\d.]+ of [\d.]+ MB$/)
      .waitFor();
    await inDialog('Cancel').click();
    await poll(() => stored().allTextContents()).toEqual([text(/of .*, not complete/)]);
    files.ranges.length = 0;
    await stored()
      .getByRole('button', { name: /^Continue/ })
      .click();
    await inDialog('Use SAM small').waitFor();
    expect(files.ranges).toEqual([text(/^bytes=[1-9]\d*-$/)]);
    expect(await problems()).toEqual([]);
  });

  it('show a license that forbids commercial use, and nothing is downloaded before', async () => {
    await look(address('co3dv2_all_categories.pth'));
    const [mcc] = await found().allTextContents();
    expect(mcc).toContain('Not for commercial use.');
    expect(mcc).toContain('CC BY-NC 4.0');
    expect(mcc).toMatch(/graphics memory|Too large for this device/);
    await inDialog('Download').waitFor();
    expect(files.ranges).toEqual(['bytes=0-0']);
    await expect.poll(() => stored().count()).toBe(0);
  });

  it('say before the download that the device cannot hold the network', async () => {
    await app.page.evaluate(() => {
      Object.defineProperty(GPUSupportedLimits.prototype, 'maxBufferSize', { get: () => 4096 });
    });
    await look(address('co3dv2_all_categories.pth'));
    await expect
      .poll(() => found().allTextContents())
      .toEqual([text(/Too large for this device\. MCC needs a buffer of \d+ bytes, but this adapter allows 4096\./)]);
  });

  it('that cannot be read say what to do', async () => {
    delete files.headers['access-control-allow-origin'];
    await look(`${address('sam.safetensors')}\nhttp://example.org/sam.safetensors`);
    await expect.poll(() => found().count()).toBe(0);
    await poll(problems).toEqual([text(/\(CORS\).*begins with https:\/\//s)]);
  });
});
