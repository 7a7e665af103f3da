/** A page in headless Chromium that has the bundles of dist/, on its software adapter. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findBrowser, softwareFlags } from '../setup/browser.mjs';

/** Loopback is a secure context, which WebGPU needs. Nothing listens there: requests are answered from dist/. */
const ORIGIN = 'http://127.0.0.1:9';

/** The folder of this bundle, and of those that the page loads. */
const dist = dirname(fileURLToPath(import.meta.url));

export interface DistPage {
  /** Calls a function that a bundle exports, with arguments and a result that JSON can hold. */
  call(bundle: string, name: string, ...args: unknown[]): Promise<unknown>;
  /** Gives the page a global function that kills the browser's GPU process. */
  giveKiller(name: string): Promise<unknown>;
  close(): Promise<void>;
}

/** @throws Error if there is no browser */
export async function openDistPage(): Promise<DistPage> {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('There is no Chromium. Run: npm run setup.');
  // After Ctrl-C the work in the page comes to an end first.
  const browser = await chromium.launch({
    ...{ executablePath, args: softwareFlags, chromiumSandbox: false },
    ...{ handleSIGINT: false, handleSIGTERM: false },
  });
  const page = await browser.newPage();
  const devTools = await browser.newBrowserCDPSession();
  await page.route(`${ORIGIN}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: '<!doctype html>' });
    return route.fulfill({ contentType: 'text/javascript', body: await readFile(join(dist, pathname)) });
  });
  await page.goto(`${ORIGIN}/`);
  return {
    call: (bundle, name, ...args) =>
      page.evaluate(`import('/${bundle}').then((bundle) => bundle.${name}(...${JSON.stringify(args)}))`),
    // The call has no answer: the process that would give it is gone.
    giveKiller: (name) =>
      page.exposeFunction(name, () => void devTools.send('Browser.crashGpuProcess').catch(() => {})),
    close: () => browser.close(),
  };
}
