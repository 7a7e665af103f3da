/** What pages let in and out: their policies have no exception, and the web app asks nobody but the server that it comes from. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startAppServer } from '../../src/cli/work/appServer.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { collectErrors, launch } from '../setup/chromium.ts';

beforeAll(ensureBuild, 300_000);

/** Directives of a page's policy -> what each allows. */
function policyOf(page: string): Record<string, string[]> {
  const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)![1];
  return Object.fromEntries(
    policy
      .split(';')
      .map((part) => part.trim().split(/\s+/))
      .map(([name, ...of]) => [name, of]),
  );
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the policy', () => {
  it('of the web app allows files of its own server, and connections that a person asks for', () => {
    const page = read('dist/app/index.html');
    const { 'connect-src': connections, 'img-src': images, ...policy } = policyOf(page);
    expect(policy).toEqual({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'worker-src': ["'self'"],
      'style-src': ["'self'"],
      'manifest-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
    });
    // Weights come from addresses that a person gives: encrypted, or of this machine.
    expect(connections).toEqual(["'self'", 'https:', 'http://localhost:*', 'http://127.0.0.1:*', 'blob:', 'data:']);
    expect(images).toEqual(["'self'", 'blob:', 'data:']);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=/);
  });

  it('of a result allows its own program and style, by their hashes, and no connection', () => {
    const page = read('dist/view.html');
    const hash = (element: string): string => {
      const text = new RegExp(`<${element}>([\\s\\S]*?)</${element}>`).exec(page)![1];
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(policyOf(page)).toEqual({
      'default-src': ["'none'"],
      'script-src': [hash('script')],
      'style-src': [hash('style')],
      'img-src': ['data:', 'blob:'],
      'connect-src': ['data:', 'blob:'],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
    });
  });
});

it('asks nobody but its own server when it is opened and its menus are used', async () => {
  const server = await startAppServer(join(root, 'dist/app'), 0);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const errors = collectErrors(page);
    const asked: string[] = [];
    page.context().on('request', (request) => asked.push(request.url()));
    await page.goto(server.address, { waitUntil: 'networkidle' });
    for (const button of await page.getByRole('banner').getByRole('button').all()) {
      await button.click();
      await page.keyboard.press('Escape');
    }
    await page.waitForLoadState('networkidle');
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.filter((url) => !url.startsWith(server.address) && !/^(blob|data):/.test(url))).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
