/**
 * The app in all its states, light and dark, in Chromium: axe finds nothing that would keep a person out. With UNFLAT_SHOTS=1 it
 * also takes pictures of all states in three sizes, into out/app-shots.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { expect, it } from 'vitest';
import { root } from '../../tools/setup/process.mjs';
import { smallPhoto, useApps, type OpenedApp } from './openApp.ts';
import { smallSam } from './smallSam.ts';

const apps = useApps();

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const SCHEMES = ['light', 'dark'] as const;
const SIZES = [
  { width: 1280, height: 860 },
  { width: 820, height: 1100 },
  { width: 360, height: 740 },
];
const shots = join(root, 'out/app-shots');

/** Expects no violations in what is shown now. */
async function check(app: OpenedApp, state: string): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await app.page.emulateMedia({ colorScheme });
    await app.page.evaluate(axe);
    const { violations } = (await app.page.evaluate(
      'axe.run(document, { resultTypes: ["violations"] })',
    )) as AxeResults;
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    expect(found, `${state}, ${colorScheme}`).toEqual([]);
    if (process.env.UNFLAT_SHOTS) await shoot(app, `${state}-${colorScheme}`);
  }
}

async function shoot({ page }: OpenedApp, name: string): Promise<void> {
  await mkdir(shots, { recursive: true });
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(shots, `${name}-${size.width}.png`), fullPage: true });
  }
  await page.setViewportSize(SIZES[0]);
}

const progress = (app: OpenedApp, name: string) => app.page.getByRole('progressbar', { name }).waitFor();

it('while it starts', async () => {
  const app = await apps.open({ held: ['create'] });
  await progress(app, 'Downloading weights');
  await check(app, 'starting');
  await app.script((script) => script.release('create'), undefined);
  await app.button('Tiny networks').click();
  await app.page.getByRole('dialog', { name: 'Networks' }).waitFor();
  await check(app, 'networks');
  await app.button('Close').click();
  await check(app, 'start');
});

it('while networks are chosen', async () => {
  const app = await apps.open();
  await app.page.route('**/co3dv2_all_categories.pth', (route) =>
    route.fulfill({ status: 206, headers: { 'content-range': 'bytes 0-0/812345678' }, body: 'P' }),
  );
  await app.button('Tiny networks').click();
  const dialog = app.page.getByRole('dialog', { name: 'Networks' });
  const files = [Buffer.from('these are no weights'), Buffer.from(await smallSam())].map((buffer, i) => ({
    ...{ name: ['notes.pth', 'sam.safetensors'][i], mimeType: 'application/octet-stream', buffer },
  }));
  await dialog.locator('input[type=file]').setInputFiles(files);
  await app.button('Delete SAM small').click();
  await check(app, 'networks-added');
  await app.button('Keep it').click();
  await dialog.getByLabel('Fetch from an address').fill(`${app.page.url()}co3dv2_all_categories.pth`);
  await app.button('Look it up').click();
  await app.button('Use SAM small').click();
  await app.button('Download').waitFor();
  for (const fold of await dialog.locator('summary').all()) await fold.click();
  await check(app, 'networks-found');
});

it('from the photo to the object', async () => {
  const app = await apps.open({ held: ['encode', 'complete'] });
  await app.button('Duck').click();
  await progress(app, 'Looking at the photo');
  await check(app, 'encoding');
  await app.script((script) => script.release('encode'), undefined);
  await app.point(0.5, 0.5);
  await app.page.getByText('1 prompt').click();
  await app.page.getByText('Settings').click();
  await check(app, 'prompts');
  await app.page.getByText('Settings').click();
  await app.page.getByText('1 prompt').click();
  await app.button('Reconstruct').click();
  await progress(app, 'Finding the whole object');
  await check(app, 'running');
  await app.script((script) => script.release('complete'), undefined);
  await app.button('Download').waitFor();
  await check(app, 'object');
  await app.button('Download').click();
  await check(app, 'menu');
  await app.page.keyboard.press('Escape');
  await app.button('Photo’s camera').click();
  await check(app, 'compare');
  await app.button('Depth').click();
  await check(app, 'depth');
});

it('while masks are looked for and picked', async () => {
  const app = await apps.open({ held: ['everything'] });
  await app.button('Duck').click();
  await app.button('All masks').click();
  await progress(app, 'Finding all masks');
  await check(app, 'finding-masks');
  await app.script((script) => script.release('everything'), undefined);
  await app.page.getByText('4 masks.').waitFor();
  await app.photo.focus();
  await app.page.keyboard.press('Enter');
  await app.page.keyboard.press('+');
  await app.page.getByText('2 of 3 here.').waitFor();
  await check(app, 'masks');
  await app.page.keyboard.press('Enter');
  await app.page.getByText('1 prompt').click();
  await check(app, 'mask-picked');
});

it('when something goes wrong', async () => {
  const hint = 'Use a current Chrome or Edge, and open the page over https or on localhost.';
  const app = await apps.open({
    fails: { create: { name: 'UserError', message: 'This browser has no WebGPU.', hint } },
  });
  await app.button('Start the engine again').waitFor();
  await check(app, 'no-engine');
  app.scenario = {
    fails: { depth: { name: 'LimitError', message: 'The photo needs a buffer of 3 GB, the adapter has 2 GB.' } },
  };
  await app.button('Start the engine again').click();
  await app.choose(await smallPhoto());
  await app.point(0.5, 0.5);
  await app.button('Reconstruct').click();
  await app.button('Dismiss').waitFor();
  await check(app, 'failed-step');
  await app.button('Dismiss').click();
  await app.script((script) => script.loseDevice(), undefined);
  await app.button('Start the engine again').waitFor();
  await check(app, 'lost');
});

it('where there is no camera', async () => {
  const app = await apps.open();
  await app.button('Take a photo').click();
  await app.page.getByRole('dialog', { name: 'Take a photo' }).getByRole('alert').waitFor();
  await check(app, 'camera');
});
