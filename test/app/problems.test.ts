/** What goes wrong in the app, in Chromium: it has words of its own, and a way on. */
import { expect, it } from 'vitest';
import { smallPhoto, useApps, type OpenedApp } from './openApp.ts';
import type { Scenario, Step } from './script.ts';

const apps = useApps();

/** The heading and the text of the card. */
async function problem(app: OpenedApp, title: string): Promise<string> {
  const card = app.page.getByRole('alert').filter({ has: app.page.getByRole('heading', { name: title }) });
  return (await card.locator('p').textContent())!;
}

const failing = (step: Step, name: string, message: string, hint?: string): Scenario => ({
  fails: { [step]: { name, message, hint } },
});

it.each([
  ['This browser has no WebGPU.', 'Use a current Chrome or Edge, and open the page over https or on localhost.'],
  ['This browser has WebGPU but found no adapter.', 'Load the page again. The page chrome://gpu shows why.'],
])('says that the engine could not start: %s', async (message, hint) => {
  const app = await apps.open(failing('create', 'UserError', message, hint));
  expect(await problem(app, 'The engine could not start')).toBe(`${message} ${hint}`);
  app.scenario = {};
  await app.button('Start the engine again').click();
  await app.button('Tiny networks').waitFor();
  await expect.poll(() => app.page.getByRole('alert').count()).toBe(0);
  await app.choose();
});

it('says that the program of the worker is missing', async () => {
  const app = await apps.open();
  await app.page.route('**/worker.js', (route) => route.fulfill({ status: 404 }));
  await app.page.reload();
  expect(await problem(app, 'The engine could not start')).toContain('worker could not start');
});

it('goes on with another engine when the device is lost: photo and prompts stay', async () => {
  const app = await apps.open();
  await app.choose(await smallPhoto('mine.png'));
  await app.reconstruct();
  await app.script((script) => script.loseDevice(), undefined);
  expect(await problem(app, 'The graphics device stopped')).toBe('The device was lost.');
  await app.button('Download').waitFor();
  await expect.poll(() => app.button('Reconstruct').isDisabled()).toBe(true);
  await app.button('Start the engine again').click();
  await expect.poll(() => app.page.getByRole('alert').count()).toBe(0);
  await app.page.getByRole('img', { name: 'mine', exact: true }).waitFor();
  await app.page.getByText('1 prompt').waitFor();
  await app.button('Undo').waitFor();
  await app.button('Reconstruct').click();
  await expect.poll(() => app.asked('mesh')).toHaveLength(1);
  await app.button('Download').waitFor();
});

it('ends a run whose worker crashes', async () => {
  const app = await apps.open({ held: ['depth'] });
  await app.choose();
  await app.point(0.5, 0.5);
  await app.button('Reconstruct').click();
  await app.page.getByRole('progressbar', { name: 'Estimating depth' }).waitFor();
  await (
    await app.worker()
  ).evaluate(
    () =>
      void setTimeout(() => {
        throw new Error('no memory');
      }),
  );
  expect(await problem(app, 'The graphics device stopped')).toContain('crashed');
  await expect.poll(() => app.page.getByRole('progressbar').count()).toBe(0);
  app.scenario = {};
  await app.button('Start the engine again').click();
  await app.button('Undo').waitFor();
  await app.button('Reconstruct').click();
  await app.button('Download').waitFor();
});

it.each([
  ['depth', 'LimitError', 'This is too large for the graphics device'],
  ['points', 'GeometryError', 'There are too few points to work with'],
  ['complete', 'WeightsError', 'These weights cannot be used'],
  ['mesh', 'RangeError', 'The object could not be reconstructed'],
  ['segment', 'PromptError', 'This prompt does not work here'],
] as const)('says what went wrong at %s, and can be tried again', async (step, name, title) => {
  const app = await apps.open(failing(step, name, `${name}: what to do.`));
  await app.choose();
  await app.point(0.5, 0.5);
  if (step !== 'segment') await app.button('Reconstruct').click();
  expect(await problem(app, title)).toBe(`${name}: what to do.`);
  await app.button('Dismiss').click();
  await expect.poll(() => app.page.getByRole('alert').count()).toBe(0);
  await expect.poll(() => app.button('Undo').isEnabled()).toBe(true);
  if (step !== 'segment') await expect.poll(() => app.button('Reconstruct').isEnabled()).toBe(true);
});

it('says that a photo is damaged, and takes another one', async () => {
  const app = await apps.open();
  const { buffer, ...file } = await smallPhoto('broken.png');
  await app.page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ ...file, buffer: buffer.subarray(0, 60) });
  expect(await problem(app, 'The photo could not be opened')).toMatch(/broken\.png cannot be decoded.*damaged/);
  await app.choose();
  await expect.poll(() => app.page.getByRole('alert').count()).toBe(0);
});

it.each([
  ['it is not there', 404, 'The server answered 404.'],
  ['there is no network', undefined, 'Failed to fetch'],
] as const)('says that an example could not be loaded: %s', async (_, status, text) => {
  const app = await apps.open();
  await app.page.route('**/duck.webp', (route) => (status ? route.fulfill({ status }) : route.abort()));
  await app.button('Duck').click();
  expect(await problem(app, 'The example could not be loaded')).toBe(text);
  await app.openExample('Mug');
  await expect.poll(() => app.page.getByRole('alert').count()).toBe(0);
});
