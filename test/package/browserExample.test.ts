/** `examples/browser` is the page of docs/browser.md, and works as it is from a static server. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { openPage, type BrowserPage } from '../setup/chromium.ts';

const example = (name: string): Promise<string> => readFile(join(root, 'examples/browser', name), 'utf8');

let page: BrowserPage;
beforeAll(async () => {
  await ensureBuild();
  page = await openPage({ '/': root });
}, 300_000);
afterAll(() => page?.close());

it('is what the document shows', async () => {
  const document = await readFile(join(root, 'docs/browser.md'), 'utf8');
  const [, html] = /```html\n([^]*?)```/.exec(document)!;
  const [, program] = /```js\n([^]*?)```/.exec(document)!;
  expect(await example('main.js')).toBe(program);
  // The example also says where this repository has the package.
  expect((await example('index.html')).replace(/<script type="importmap">[^]*?<\/script>\n/, '')).toBe(html);
});

it('opens a photo, and refuses what is none', async () => {
  const { page: tab } = page;
  await tab.goto(new URL('/examples/browser/index.html', tab.url()).href);
  await tab.setInputFiles('input', join(root, 'examples/duck.png'));
  await tab.getByText('Click on the object.').waitFor({ timeout: 120_000 });
  expect(await tab.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(640);
  await tab.setInputFiles('input', join(root, 'package.json'));
  await tab.getByText('The photo package.json is text and not a picture').waitFor();
});
