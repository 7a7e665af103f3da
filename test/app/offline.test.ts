/** The web app in Chromium, in a subfolder of a server, as `unflat serve` and other servers serve it: offline, and through an update. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AppServer, startAppServer } from '../../src/cli/work/appServer.ts';
import { writeServiceWorker } from '../../tools/app.mjs';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { collectErrors, launch } from '../setup/chromium.ts';

let browser: Browser;
let folder: string;
let app: string;
let server: AppServer;
let context: BrowserContext;
/** Of the built page. */
let title: string;

beforeAll(async () => {
  await ensureBuild();
  title = /<title>(.*)<\/title>/.exec(await readFile(join(root, 'dist/app/index.html'), 'utf8'))![1];
  browser = await launch();
}, 300_000);
afterAll(() => browser?.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-app-'));
  app = join(folder, 'some/where');
  await mkdir(app, { recursive: true });
  await cp(join(root, 'dist/app'), app, { recursive: true });
  server = await startAppServer(folder, 0);
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await server.close();
  await rm(folder, { recursive: true });
});

const address = () => `${server.address}some/where/`;

/** Opens the page, and waits until it is drawn. */
async function open(url = address()): Promise<{ page: Page; errors: string[] }> {
  const page = await context.newPage();
  const errors = collectErrors(page);
  await page.goto(url);
  await page.waitForSelector('#app > *');
  return { page, errors };
}

/** A first visit, until the page is kept. */
async function visit(): Promise<Page> {
  const { page, errors } = await open();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  expect(errors).toEqual([]);
  return page;
}

const cacheNames = (page: Page) => page.evaluate('caches.keys()') as Promise<string[]>;

/** Puts another version on the server: another title, another style. */
async function update(): Promise<void> {
  const index = await readFile(join(app, 'index.html'), 'utf8');
  await writeFile(join(app, 'index.html'), index.replace(/<title>.*<\/title>/, '<title>another version</title>'));
  await writeFile(join(app, 'style.css'), 'body { letter-spacing: 3px }');
}

/** Makes the open page look for a new version, and waits until `state` of the registration has a worker. */
async function look(page: Page): Promise<string> {
  return (await page.evaluate(`(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const worker = registration.installing ?? registration.waiting;
    if (!worker) return 'nothing new';
    while (worker.state === 'installing') await new Promise((resolve) => worker.addEventListener('statechange', resolve, { once: true }));
    return worker.state;
  })()`)) as string;
}

it('opens without a network on the second visit, from any address below its folder', async () => {
  const first = await visit();
  expect(await cacheNames(first)).toHaveLength(1);
  await first.close();
  const kept = address();
  await server.close();
  for (const url of [kept, `${kept}index.html`, `${kept}?photo=mug`, `${kept}no/such/page`]) {
    const { page, errors } = await open(url);
    expect(await page.title()).toBe(title);
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light dark');
    const found = await page.evaluate(
      `Promise.all(['examples/mug-small.webp', 'examples/mug.webp', 'view.html'].map((path) =>
        fetch(new URL(path, ${JSON.stringify(kept)})).then(({ status }) => status)))`,
    );
    expect(found).toEqual([200, 200, 200]);
    expect(errors).toEqual([]);
    await page.close();
  }
});

it('leaves weights and everything else to the network', async () => {
  const page = await visit();
  const get = (path: string) =>
    page.evaluate(`fetch(${JSON.stringify(path)}).then(({ status }) => status, () => 'failed')`);
  expect(await get('tiny/config.json')).toBe(200);
  expect(await get('not-there.json')).toBe(404);
  const names = await cacheNames(page);
  const urls = (await page.evaluate(
    `caches.open(${JSON.stringify(names[0])}).then((cache) => cache.keys()).then((keys) => keys.map(({ url }) => url))`,
  )) as string[];
  expect(urls.length).toBeGreaterThan(10);
  expect(urls.filter((url) => url.includes('/tiny/'))).toEqual([]);
  await server.close();
  expect(await get('tiny/config.json')).toBe('failed');
  expect(await get('style.css')).toBe(200);
});

it('takes an update at the next start; an open page stays with its version', async () => {
  const old = await visit();
  const [before] = await cacheNames(old);
  // Another app's cache at the same host stays.
  await old.evaluate(`caches.open('of another app')`);
  await update();
  await writeServiceWorker(app);
  expect(await look(old)).toBe('installed');
  // A reload does not change the version under other open pages.
  const { page: second } = await open();
  expect(await second.title()).toBe(title);
  expect(await old.evaluate(`fetch('style.css').then((response) => response.text())`)).toBe(
    await readFile(join(root, 'dist/app/style.css'), 'utf8'),
  );
  await old.close();
  await second.close();

  await expect
    .poll(async () => {
      const { page } = await open();
      const found = await page.title();
      await page.close();
      return found;
    })
    .toBe('another version');
  await server.close();
  const { page } = await open(address());
  expect(await page.evaluate('getComputedStyle(document.body).letterSpacing')).toBe('3px');
  await expect.poll(() => cacheNames(page)).not.toContain(before);
  expect((await cacheNames(page)).filter((name) => name === 'of another app')).toHaveLength(1);
});

it('does not take an update that is half uploaded', async () => {
  const page = await visit();
  await update();
  await writeServiceWorker(app);
  await writeFile(join(app, 'style.css'), 'body { color: red }');
  expect(await look(page)).toBe('redundant');
  await page.close();
  const { page: again } = await open();
  expect(await again.title()).toBe(title);
});
