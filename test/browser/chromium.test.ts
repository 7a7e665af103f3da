import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { openPage, type BrowserPage } from '../setup/chromium.ts';

const tests = '/browserTests.js';

describe('Chromium', () => {
  let page: BrowserPage;

  beforeAll(async () => {
    await ensureBuild();
    page = await openPage({ '/': join(root, 'dist') });
  }, 120_000);

  afterAll(() => page?.close());

  it('has the software adapter, whatever this machine has', async () => {
    expect(await page.call(tests, 'adapterInfo')).toEqual({ vendor: 'google', architecture: 'swiftshader' });
  });

  it('computes', async () => {
    const values = Array.from({ length: 100 }, (_, i) => i - 50);
    expect(await page.call(tests, 'squares', values)).toEqual(values.map((x) => x * x));
  });

  it('reports an error in the page as an exception that says what failed', async () => {
    await expect(page.call(tests, 'noSuchFunction')).rejects.toThrow(/not a function/);
  });
});
