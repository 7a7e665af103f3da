/** Opens a page of our own in a headless Chromium with WebGPU, for the browser tests. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findBrowser, softwareFlags } from '../../tools/setup/browser.mjs';

/** Chromium's own sandbox does not start as root, nor in most containers; the page is ours. */
const chromiumSandbox = false;

const mimeTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface BrowserPage {
  /** Calls a function that the module at `url` exports, with arguments and a result that JSON can hold. */
  call(url: string, name: string, ...args: unknown[]): Promise<unknown>;
  /** The page itself, for pictures of it. */
  readonly page: Page;
  /** Requests of the page so far, such as `GET /page.js`. */
  readonly requests: string[];
  close(): Promise<void>;
}

/**
 * Starts the browser on an empty page of a server on this machine: loopback is a secure context, which WebGPU needs.
 * @param folders URL prefix -> folder that is served there, such as { '/': 'dist' }
 * @throws Error if there is no browser
 */
export async function openPage(folders: Record<string, string>): Promise<BrowserPage> {
  const requests: string[] = [];
  const server = await serve(folders, requests);
  const browser = await launch().catch((error: unknown) => {
    server.close();
    throw error;
  });
  const page = await browser.newPage();
  const errors = collectErrors(page);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    requests,
    async call(url, name, ...args) {
      // As text: the test runner would rewrite an `import()` in a function.
      const result: unknown = await page.evaluate(
        `import(${JSON.stringify(url)}).then((module) => module[${JSON.stringify(name)}](...${JSON.stringify(args)}))`,
      );
      if (errors.length > 0) throw new Error(`${name} in Chromium: ${errors.splice(0).join('\n')}`);
      return result;
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Starts the browser alone, for tests that open pages by themselves. @throws Error if there is no browser */
export async function launch(furtherFlags: readonly string[] = []): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error('No Chromium for the browser tests. Run: npm run setup, or set UNFLAT_CHROMIUM to a Chromium.');
  }
  return chromium.launch({ executablePath, args: [...softwareFlags, ...furtherFlags], chromiumSandbox });
}

/** Collects errors that no caller sees: uncaught ones, and those that WebGPU only logs. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('crash', () => errors.push('the page crashed'));
  page.on('console', (message) => {
    // The caller that requests a file which is missing, or which pages of other sites may not read, gets an error of its own.
    const isTold = /^Failed to load resource|blocked by CORS policy/.test(message.text());
    if (message.type() === 'error' && !isTold) errors.push(message.text());
  });
  return errors;
}

async function serve(folders: Record<string, string>, requests: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    requests.push(`${request.method} ${path}`);
    const reply = (status: number, type: string, body: string | Buffer) => {
      const etag = `"${createHash('sha1').update(body).digest('hex')}"`;
      const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body), etag };
      return response.writeHead(status, headers).end(body);
    };
    // The link tells the browser not to ask for /favicon.ico, which would log an error.
    if (path === '/') return reply(200, mimeTypes['.html'], '<!doctype html><link rel="icon" href="data:," />');
    const prefix = Object.keys(folders)
      .filter((candidate) => path.startsWith(candidate))
      .sort((a, b) => b.length - a.length)[0];
    if (prefix === undefined) return reply(404, 'text/plain', `nothing is served at ${path}`);
    // A URL's path has no `..` left once parsed; normalize also covers encoded ones.
    const file = join(folders[prefix], normalize(`/${decodeURIComponent(path.slice(prefix.length))}`));
    readFile(file).then(
      (body) => reply(200, mimeTypes[extname(file)] ?? 'application/octet-stream', body),
      () => reply(404, 'text/plain', `no file ${file}`),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
