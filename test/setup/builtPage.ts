/** Bundles functions over the browser's host and opens them in a page in Chromium, where tests call them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { openPage, type BrowserPage } from './chromium.ts';

const HOST = join(import.meta.dirname, '../../src/host/web');

export interface BuiltPage {
  /** What the page serves at `/`; tests may add files. */
  readonly folder: string;
  call(name: string, ...args: unknown[]): Promise<unknown>;
  /** As in `BrowserPage`. */
  readonly page: BrowserPage['page'];
  readonly requests: string[];
  close(): Promise<void>;
}

/** @param contents TypeScript that exports the functions, with imports relative to src/host/web
 *  @param folders further folders that the page serves, by their paths */
export async function openBuiltPage(contents: string, folders: Record<string, string> = {}): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'unflat-page-'));
  await build({
    stdin: { contents, resolveDir: HOST },
    outfile: join(folder, 'page.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    loader: { '.wgsl': 'text' },
  });
  const page = await openPage({ '/': folder, ...folders });
  return {
    folder,
    page: page.page,
    requests: page.requests,
    call: (name, ...args) => page.call('/page.js', name, ...args),
    close: async () => {
      await page.close();
      await rm(folder, { recursive: true });
    },
  };
}
