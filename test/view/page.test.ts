/** The page beside a result, opened from a folder in Chromium. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { viewTemplate } from '../../src/host/node/bundled.ts';
import { viewPage, type ViewData } from '../../src/io/viewPage.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { collectErrors, launch } from '../setup/chromium.ts';
import { sphereGlb } from '../setup/solids.ts';
import { sphere } from '../setup/sphere.ts';

// Mid tones, in which a missing or a double transfer curve would show.
const SURFACE = [200, 30, 60];
const POINTS = [40, 160, 90];
const SEEN = [60, 90, 220];
const BACKGROUND = [236, 238, 240];

let folder: string;
let browser: Browser;
let template: string;
let data: ViewData;
let page: Page | undefined;

beforeAll(async () => {
  await ensureBuild();
  folder = await mkdtemp(join(tmpdir(), 'unflat-view-'));
  browser = await launch();
  template = await viewTemplate();
  const ball = sphere([0.1, 0.2, -2], 0.3);
  const photo = sharp(join(root, 'examples/mug.png'));
  data = {
    name: 'mug </script><img src=x> $& "é".png',
    mesh: await sphereGlb(ball, '#c81e3c'),
    photo: await photo.jpeg().toBuffer(),
    mask: await photo.clone().threshold(90).png().toBuffer(),
    depth: await photo.clone().png().toBuffer(),
    object: { ...cloud(ball.xyz, POINTS), spacing: 0.05 },
    seen: cloud(ball.xyz, SEEN),
  };
}, 300_000);
afterEach(() => page?.close());
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

/** The points of a sphere in the axes of glTF, in the camera's axes and in one color. */
function cloud(xyz: Float32Array, color: number[]) {
  return {
    xyz: xyz.map((value, i) => (i % 3 === 0 ? value : -value)),
    rgb: Uint8Array.from(xyz, (_, i) => color[i % 3]),
  };
}

interface Opened {
  page: Page;
  errors: string[];
  requests: string[];
}

async function open(content: Uint8Array, width = 900, opened: Browser = browser): Promise<Opened> {
  const path = join(folder, 'view.html');
  await writeFile(path, content);
  page = await opened.newPage({ viewport: { width, height: 700 }, colorScheme: 'light', reducedMotion: 'reduce' });
  const errors = collectErrors(page);
  page.on('console', (message) => message.type() === 'warning' && errors.push(message.text()));
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('button[data-layer][aria-pressed=true], #problem:not([hidden])', { timeout: 60_000 });
  return { page, errors, requests };
}

/** The color of a place on the canvas, as a visitor sees it. @param part of the way from the middle to the right edge */
async function colorAt(page: Page, part = 0): Promise<number[]> {
  // Two frames: what was asked for is drawn in the first.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const box = (await page.locator('#canvas').boundingBox())!;
  const clip = { x: box.x + Math.round((box.width / 2) * (1 + part)), y: box.y + box.height / 2, width: 1, height: 1 };
  const pixel = await sharp(await page.screenshot({ clip }))
    .removeAlpha()
    .raw()
    .toBuffer();
  return [...pixel.subarray(0, 3)];
}

/** One step of rounding is allowed. */
function expectColor(actual: number[], expected: number[]): void {
  const difference = Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
  expect(difference, `${actual} instead of ${expected}`).toBeLessThanOrEqual(1);
}

const chosen = (page: Page) => page.locator('button[data-layer][aria-pressed=true]').textContent();

it('shows surface, points and seen points in their own colors, from a file and without a network', async () => {
  const { page, errors, requests } = await open(viewPage(template, data));
  expectColor(await colorAt(page), SURFACE);
  expectColor(await colorAt(page, 0.98), BACKGROUND);
  for (const [name, color] of [
    ['Points', POINTS],
    ['Seen points', SEEN],
    ['Surface', SURFACE],
  ] as const) {
    await page.keyboard.press('p');
    expect(await chosen(page)).toBe(name);
    expectColor(await colorAt(page), color);
  }
  await page.getByRole('button', { name: 'Points', exact: true }).click();
  expectColor(await colorAt(page), POINTS);
  expect(errors).toEqual([]);
  expect(requests.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
  expect(requests.filter((url) => url.startsWith('file:'))).toHaveLength(1);
});

it('shows the name as it is, the photo, the mask and the depth', async () => {
  const { page } = await open(viewPage(template, data));
  expect(await page.locator('h1').textContent()).toBe(data.name);
  expect(await page.title()).toBe(`${data.name} in 3D`);
  const widths = await page.locator('figure img').evaluateAll((images) =>
    Promise.all(
      images.map(async (image) => {
        await (image as HTMLImageElement).decode();
        return (image as HTMLImageElement).naturalWidth;
      }),
    ),
  );
  expect(widths).toEqual([640, 640, 640]);
  const mask = page.locator('#mask');
  expect(await mask.isVisible()).toBe(true);
  await page.keyboard.press('m');
  expect(await mask.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Mask' }).click();
  expect(await mask.isVisible()).toBe(true);
});

/** A surface of two halves: the color in the middle tells which one faces the viewer. */
const halves = async () => {
  const [near, far] = [sphere([0, 0, -1.9], 0.2), sphere([0, 0, -2.1], 0.2)];
  const points = [cloud(near.xyz, [220, 40, 40]), cloud(far.xyz, [40, 40, 220])];
  return {
    ...data,
    mesh: undefined,
    object: {
      xyz: Float32Array.from(points.flatMap(({ xyz }) => [...xyz])),
      rgb: Uint8Array.from(points.flatMap(({ rgb }) => [...rgb])),
      spacing: 0.03,
    },
  };
};

it('turns by keys and buttons, and zooms', async () => {
  const { page, errors } = await open(viewPage(template, await halves()));
  expect(await chosen(page)).toBe('Points');
  expect(await page.getByRole('button', { name: 'Surface' }).isDisabled()).toBe(true);
  expectColor(await colorAt(page), [220, 40, 40]);
  for (let i = 0; i < 18; i++) await page.keyboard.press('ArrowRight');
  expectColor(await colorAt(page), [40, 40, 220]);
  await page.keyboard.press('1');
  expectColor(await colorAt(page), [220, 40, 40]);
  await page.keyboard.press('3');
  expectColor(await colorAt(page), [40, 40, 220]);
  // From the right, the photo's side is on the left.
  await page.getByRole('button', { name: 'Right' }).click();
  expectColor(await colorAt(page, -0.2), [220, 40, 40]);
  expectColor(await colorAt(page, 0.2), [40, 40, 220]);
  expectColor(await colorAt(page, 0.97), BACKGROUND);
  for (let i = 0; i < 12; i++) await page.keyboard.press('+');
  expectColor(await colorAt(page, 0.97), [40, 40, 220]);
  expect(errors).toEqual([]);
});

it('leaves arrow keys to the text when it has the focus', async () => {
  const { page } = await open(viewPage(template, await halves()));
  await page.getByRole('button', { name: 'Mask' }).focus();
  for (let i = 0; i < 18; i++) await page.keyboard.press('ArrowRight');
  expectColor(await colorAt(page), [220, 40, 40]);
});

it('shades the surface on demand', async () => {
  const { page } = await open(viewPage(template, data));
  await page.keyboard.press('5');
  expectColor(await colorAt(page), SURFACE);
  await page.keyboard.press('l');
  expect(await page.getByRole('button', { name: 'Light' }).getAttribute('aria-pressed')).toBe('true');
  const shaded = await colorAt(page, 0.3);
  await page.getByRole('button', { name: 'Light' }).click();
  expectColor(await colorAt(page, 0.3), SURFACE);
  expect(shaded.join()).not.toBe(SURFACE.join());
});

it('fits a screen that is 360 pixels wide', async () => {
  const { page } = await open(viewPage(template, { ...data, name: `${'long-name-'.repeat(20)}.png` }), 360);
  const { content, screen } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    screen: document.documentElement.clientWidth,
  }));
  expect(content).toBe(screen);
  const boxes = await page.locator('button').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
  expect(Math.max(...boxes)).toBeLessThanOrEqual(screen);
  expectColor(await colorAt(page), SURFACE);
});

it('says in words that WebGL is missing, and shows the pictures', async () => {
  const flat = await launch(['--disable-gpu', '--disable-3d-apis']);
  try {
    const { page } = await open(viewPage(template, data), 900, flat);
    expect(await page.locator('#problem').textContent()).toContain('WebGL is missing or turned off');
    expect(await page.getByRole('button', { name: 'Front' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Mask' }).click();
    expect(await page.locator('#mask').isVisible()).toBe(false);
  } finally {
    await flat.close();
  }
});

it('says what is wrong with a damaged surface, and with the template itself', async () => {
  const damaged = await open(viewPage(template, { ...data, mesh: Uint8Array.of(1, 2, 3) }));
  expect(await damaged.page.locator('#problem').textContent()).toContain('surface in this page cannot be read');
  await damaged.page.close();
  const { page } = await open(await readFile(join(root, 'dist/view.html')));
  expect(await page.locator('#problem').textContent()).toContain('is a template and holds no object');
});

it('keeps scripts out that are not its own', async () => {
  const { page } = await open(viewPage(template, data));
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return 'ran' in window;
  });
  expect(ran).toBe(false);
  const fetched = page.evaluate(() => fetch('http://127.0.0.1:9/').then(String));
  await expect(fetched).rejects.toThrow(/Failed to fetch/);
});
