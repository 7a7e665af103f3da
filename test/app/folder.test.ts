/** The built folder of the web app: complete, with relative addresses alone, and small. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { sizeOverTheWire } from '../../tools/app.mjs';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';

const app = join(root, 'dist/app');
const read = (path: string) => readFileSync(join(app, path), 'utf8');
const filesOf = (folder = app) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(app.length + 1)
        .replaceAll('\\', '/'),
    );

beforeAll(ensureBuild, 300_000);

interface Manifest {
  id?: string;
  start_url: string;
  scope: string;
  icons: { src: string; sizes: string; type: string }[];
}
const manifest = () => JSON.parse(read('manifest.webmanifest')) as Manifest;

/** Addresses that a file names, as written, and where relative ones lead. */
function addressesIn(path: string): { from: string; address: string; to: string }[] {
  const text = read(path);
  const found = path.endsWith('.html')
    ? text.matchAll(/\b(?:src|href)="([^"]*)"/g)
    : path.endsWith('.css')
      ? text.matchAll(/url\(["']?([^"')]+)/g)
      : // Imports of minified scripts: `from"./x.js"`, `import"./x.js"`, `import("./x.js")`; and new URL("./x", import.meta.url).
        text.matchAll(/(?:\bfrom|\bimport\(?|\bnew URL\()\s*["'`]([^"'`]+)["'`](?=[;,)\n}]|$)/g);
  return Array.from(found, ([, address]) => ({
    from: path,
    address,
    to: posix.join(posix.dirname(path), address.replace(/[?#].*/, '')),
  }));
}

describe('the folder', () => {
  it('has every file that its page, styles and scripts name, by relative addresses', () => {
    const sources = filesOf().filter((path) => /\.(html|css|js)$/.test(path) && path !== 'view.html');
    const addresses = sources
      .flatMap(addressesIn)
      .concat(manifest().icons.map(({ src }) => ({ from: 'manifest.webmanifest', address: src, to: src })))
      // The library for glTF imports these only in Node.
      .filter(({ address }) => !/^(data:|#|node:)/.test(address));
    expect(addresses.map(({ to }) => to)).toEqual(expect.arrayContaining(['app.js', 'style.css', 'icon-512.png']));
    expect(addresses.filter(({ address, to }) => /^(\/|\w+:)/.test(address) || !existsSync(join(app, to)))).toEqual([]);
  });

  it('is an app wherever it is hosted: start and scope are the folder itself', () => {
    // An id would be an address at the top of the host, which belongs to others too.
    expect(manifest()).toMatchObject({ start_url: './', scope: './' });
    expect(manifest().id).toBeUndefined();
  });

  it('has icons of the sizes that the manifest says; those that systems cut have no clear corners', async () => {
    for (const { src, sizes, type } of manifest().icons.filter(({ sizes }) => sizes !== 'any')) {
      const { width, height, format } = await sharp(join(app, src)).metadata();
      expect([`${width}x${height}`, `image/${format}`], src).toEqual([sizes, type]);
    }
    for (const [name, opaque] of [
      ['icon-180.png', true],
      ['icon-maskable-512.png', true],
      ['icon-192.png', false],
    ] as const) {
      expect((await sharp(join(app, name)).stats()).isOpaque, name).toBe(opaque);
    }
  });

  it('has each example picture at its size, and a small one', async () => {
    const pictures = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.png'));
    expect(pictures.length).toBeGreaterThan(2);
    for (const name of pictures) {
      const { width, height } = await sharp(join(root, 'examples', name)).metadata();
      const base = join(app, 'examples', name.replace('.png', ''));
      expect(await sharp(`${base}.webp`).metadata()).toMatchObject({ width, height });
      expect(await sharp(`${base}-small.webp`).metadata()).toMatchObject({ width: 240 });
    }
  });

  it('has the tiny weights, and the page for downloads', () => {
    expect(readdirSync(join(app, 'tiny')).sort()).toEqual(readdirSync(join(root, 'dist/tiny')).sort());
    expect(read('view.html')).toBe(readFileSync(join(root, 'dist/view.html'), 'utf8'));
  });

  it('is under 700 kB over the wire before weights', () => {
    const size = sizeOverTheWire(app);
    expect(size).toBeGreaterThan(1e4);
    expect(size).toBeLessThan(700e3);
  });
});

it('the service worker keeps every file but itself and the weights', () => {
  const kept = filesOf().filter((path) => path !== 'sw.js' && !path.startsWith('tiny/'));
  const worker = read('sw.js');
  expect(kept.filter((path) => !worker.includes(`"${path}":"sha256-`))).toEqual([]);
  expect(worker).not.toContain('tiny/');
  expect(worker.match(/:"sha256-/g)).toHaveLength(kept.length);
});
