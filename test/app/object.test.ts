/** The object in Chromium: what appears step by step, what can be looked at, and what can be taken home. */
import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { validateBytes } from 'gltf-validator';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { PHOTO_SIZE, useApps, type OpenedApp } from './openApp.ts';
import type { Step } from './script.ts';

const apps = useApps();

async function reconstructed(): Promise<OpenedApp> {
  const app = await apps.open();
  await app.choose();
  await app.reconstruct();
  return app;
}

const pressed = (app: OpenedApp, group: string) =>
  app.page.getByRole('group', { name: group }).locator('button[aria-pressed=true]').textContent();

const canvas = (app: OpenedApp) => app.page.getByRole('application', { name: /^The object in 3D/ });

it('shows depth, points and mesh as they are found', async () => {
  const app = await apps.open({ held: ['depth', 'points', 'complete', 'mesh'] });
  await app.choose();
  await app.point(0.5, 0.5);
  await app.button('Reconstruct').click();
  const progress = (name: string) => app.page.getByRole('progressbar', { name }).waitFor();
  const release = (step: Step) => app.script((script, name) => script.release(name), step);
  await progress('Estimating depth');
  await release('depth');
  await progress('Placing the visible points');
  await app.page.getByRole('img', { name: /^Depth of the photo, from/ }).waitFor();
  await release('points');
  await progress('Finding the whole object');
  await expect.poll(() => app.button('Seen points').isEnabled()).toBe(true);
  await expect.poll(() => pressed(app, 'Layer')).toBe('Points');
  await release('complete');
  await progress('Making the mesh');
  await expect.poll(() => app.button('Mesh').isDisabled()).toBe(true);
  await release('mesh');
  await app.button('Download').waitFor();
  expect(await pressed(app, 'Layer')).toBe('Mesh');
  expect(await app.page.getByText(/triangles, .* points$/).textContent()).toMatch(/^2,208 triangles, \d,\d+ points$/);
});

it('is looked at from all sides, in layers, as depth, and over the photo', async () => {
  const app = await reconstructed();
  for (const layer of ['Points', 'Seen points', 'Mesh']) {
    await app.button(layer).click();
    expect(await pressed(app, 'Layer')).toBe(layer);
  }
  await app.button('Light').click();
  await expect.poll(() => app.button('Light').getAttribute('aria-pressed')).toBe('true');
  for (const side of ['Right', 'Back', 'Left', 'Top', 'Front']) await app.button(side).click();
  await app.button('Depth').click();
  await expect.poll(() => canvas(app).isVisible()).toBe(false);
  await app.page.getByRole('img', { name: /^Depth of the photo/ }).waitFor();
  await app.button('Object').click();
  await app.button('Photo’s camera').click();
  const compare = app.page.getByRole('slider', { name: 'Compare' });
  await compare.fill('0.25');
  expect(await canvas(app).evaluate((element) => element.style.clipPath)).toBe('inset(0px 0px 0px 75%)');
  await app.button('Right').click();
  await compare.waitFor({ state: 'detached' });
});

it('filters the points at once, and makes a mesh of them on release', async () => {
  const app = await reconstructed();
  const slider = app.page.getByRole('slider', { name: 'Threshold' });
  const box = (await slider.boundingBox())!;
  const pointsOf = async () =>
    Number(/([\d,]+) points/.exec((await app.page.getByText(/\d points$/).textContent())!)![1].replace(',', ''));
  const before = await pointsOf();
  await app.page.mouse.move(box.x + 0.3 * box.width, box.y + box.height / 2);
  await app.page.mouse.down();
  await app.page.mouse.move(box.x + 0.9 * box.width, box.y + box.height / 2, { steps: 3 });
  await expect.poll(pointsOf).toBeLessThan(before);
  expect(await app.asked('mesh')).toHaveLength(1);
  await app.page.mouse.up();
  await expect.poll(() => app.asked('mesh')).toHaveLength(2);
  const threshold = Number(await slider.inputValue());
  expect(threshold).toBeGreaterThan(0.8);
  expect((await app.asked('mesh'))[1]).toBe(threshold);
  await app.button('Download').waitFor();
});

/** Takes a file by its name in the menu. */
async function download(app: OpenedApp, title: RegExp): Promise<{ name: string; bytes: Buffer }> {
  await app.button('Download').click();
  const taken = app.page.waitForEvent('download');
  await app.page.getByRole('menuitem', { name: title }).click();
  const file = await taken;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

const errorsOf = async (glb: Uint8Array): Promise<string[]> =>
  (await validateBytes(new Uint8Array(glb))).issues.messages
    .filter(({ severity }) => severity <= 1)
    .map(({ message }) => message);

it('is taken home in files of all kinds', async () => {
  const app = await reconstructed();
  const glb = await download(app, /^GLB/);
  expect(glb.name).toBe('object.glb');
  expect(await errorsOf(glb.bytes)).toEqual([]);
  const points = await download(app, /^Points/);
  expect(await errorsOf(points.bytes)).toEqual([]);
  const depth = await download(app, /^Depth/);
  expect(await sharp(depth.bytes).metadata()).toMatchObject({ ...PHOTO_SIZE, depth: 'ushort', channels: 1 });
  const { data } = await sharp(depth.bytes)
    .toColourspace('grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  expect(data.readUInt16LE(0)).toBe(3000);
  const mask = await download(app, /^Mask/);
  const { channels } = await sharp(mask.bytes).stats();
  expect([channels[0].min, channels[0].max]).toEqual([0, 255]);
  const view = await download(app, /^Web page/);
  expect(view.bytes.toString('utf8', 0, 100)).toMatch(/^<!doctype html>/i);
  for (const [title, name] of [
    [/^PLY/, 'object.ply'],
    [/^STL/, 'object.stl'],
    [/^USDZ/, 'object.usdz'],
    [/^3MF/, 'object.3mf'],
  ] as const) {
    const file = await download(app, title);
    expect(file.name).toBe(name);
    expect(file.bytes.length).toBeGreaterThan(1000);
  }
  const obj = unzipSync((await download(app, /^OBJ/)).bytes);
  expect(Object.keys(obj).map((name) => name.split('.').pop())).toEqual(['obj', 'mtl', 'png']);
  const all = unzipSync((await download(app, /^Everything/)).bytes);
  expect(Object.keys(all).sort()).toEqual(
    [
      ...[
        'object.glb',
        'object.ply',
        'object.obj',
        'object.mtl',
        'object.png',
        'object.stl',
        'object.usdz',
        'object.3mf',
      ],
      ...['points.glb', 'view.html', 'mask.png', 'depth.png'],
    ].sort(),
  );
  expect(Buffer.from(all['depth.png'])).toEqual(depth.bytes);
});

it.each([
  ['depth', 'Estimating depth', 'The object appears here.'],
  ['points', 'Placing the visible points', /^\d.*m$/],
  ['complete', 'Finding the whole object', /points, incomplete$/],
  ['mesh', 'Making the mesh', /\d points$/],
] as const)('keeps what was found when it is canceled at %s', async (step, what, kept) => {
  const app = await apps.open({ held: [step] });
  await app.choose();
  await app.point(0.5, 0.5);
  await app.button('Reconstruct').click();
  await app.page.getByRole('progressbar', { name: what }).waitFor();
  await app.button('Cancel').click();
  await app.button('Reconstruct').waitFor();
  await expect.poll(() => app.page.getByRole('progressbar').count()).toBe(0);
  await expect.poll(() => app.page.getByRole('alert').count()).toBe(0);
  await app.page.getByText(kept).first().waitFor();
  await app.script((script, name) => script.release(name), step);
  await app.button('Reconstruct').click();
  await app.page.getByText(/triangles, .* points$/).waitFor();
});

it('is points alone where they enclose nothing', async () => {
  const app = await apps.open({ mesh: false });
  await app.choose();
  await app.reconstruct();
  await app.page.getByText('The points enclose nothing').waitFor();
  await expect.poll(() => app.button('Mesh').isDisabled()).toBe(true);
  const names = async (): Promise<(string | null)[]> => {
    await app.button('Download').click();
    return app.page.getByRole('menuitem').locator('strong').allTextContents();
  };
  expect(await names()).toEqual(['Points', 'Web page', 'Mask', 'Depth', 'Everything']);
  await app.page.getByRole('heading', { name: 'unflat' }).click();
  await expect.poll(() => app.page.getByRole('menu').count()).toBe(0);
});
