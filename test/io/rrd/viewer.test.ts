/** The viewer itself opens a recording, in Chromium. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeRrd } from '../../../src/io/rrd/recording.ts';
import { root } from '../../../tools/setup/process.mjs';
import { openPage, type BrowserPage } from '../../setup/chromium.ts';
import { POINT_COLOR, sphereStages, SURFACE_COLOR } from './stages.ts';

const PROGRAM = `
  import { WebViewer } from '@rerun-io/web-viewer';

  const viewer = new WebViewer();

  export async function open(url) {
    // The viewer explains each shader, in tens of thousands of lines.
    console.debug = () => {};
    const size = { width: '800px', height: '500px' };
    const options = { hide_welcome_screen: true, render_backend: 'webgl', base_url: location.origin + '/viewer/', ...size };
    const opened = new Promise((resolve) => viewer.on('recording_open', resolve));
    await viewer.start(new URL(url, location.href).href, document.body, options);
    return opened;
  }

  export function show(recording, layer) {
    viewer.set_playing(recording, false);
    viewer.set_active_timeline(recording, 'layer');
    viewer.set_current_time(recording, 'layer', layer);
  }

  export const stop = () => viewer.stop();
`;

let folder: string;
let page: BrowserPage;
const warnings: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-rrd-'));
  await build({
    stdin: { contents: PROGRAM, resolveDir: root },
    outfile: join(folder, 'page.js'),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'warning',
  });
  await writeFile(join(folder, 'sphere.rrd'), encodeRrd(sphereStages()));
  page = await openPage({ '/': folder, '/viewer/': join(root, 'node_modules/@rerun-io/web-viewer') });
  // The viewer would report its use to its makers.
  await page.page.route(
    (url) => url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  page.page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  await page.page.setViewportSize({ width: 800, height: 500 });
});
afterAll(async () => {
  await page?.close();
  await rm(folder, { recursive: true });
});

/** How many pixels on the screen have about this color: the viewer shades points a little. */
async function count(color: number[], tolerance: number): Promise<number> {
  const { data, info } = await sharp(await page.page.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  let found = 0;
  for (let i = 0; i < data.length; i += info.channels) {
    if (color.every((value, channel) => Math.abs(data[i + channel] - value) <= tolerance)) found++;
  }
  return found;
}

/** The viewer draws when it is ready, and says nothing: looks until enough pixels have the color. */
async function expectPixels(color: number[], tolerance: number, enough: number): Promise<void> {
  await expect.poll(() => count(color, tolerance), { timeout: 120_000, interval: 500 }).toBeGreaterThan(enough);
}

it('shows the points layer by layer, then the surface in its own colors', async () => {
  const opened = await page.call('/page.js', 'open', 'sphere.rrd');
  expect(opened).toMatchObject({ application_id: 'unflat', recording_id: 'a sphere', version: '0.33.0' });
  await page.call('/page.js', 'show', 'a sphere', 3);
  await expectPixels(POINT_COLOR, 60, 300);
  const some = await count(POINT_COLOR, 60);
  expect(await count(SURFACE_COLOR, 2)).toBe(0);
  await page.call('/page.js', 'show', 'a sphere', 9);
  await expectPixels(POINT_COLOR, 60, 1.5 * some);
  await page.call('/page.js', 'show', 'a sphere', 1000);
  await expectPixels(SURFACE_COLOR, 2, 3000);
  expect(await count(POINT_COLOR, 30)).toBe(0);
  await page.call('/page.js', 'stop');
  // Warnings about the software adapter come from the renderer; others would be about the recording.
  expect(warnings.filter((text) => /\bre_(?!renderer)\w*/.test(text))).toEqual([]);
}, 300_000);
