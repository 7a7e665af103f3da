/** The whole way by keyboard alone, in Chromium. */
import { expect, it } from 'vitest';
import { useApps, type OpenedApp } from './openApp.ts';

const apps = useApps();

/** What has the focus, by its label or its text. */
const focused = (app: OpenedApp): Promise<string> =>
  app.page.evaluate(() => {
    const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLElement> };
    return (element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent ?? '').trim();
  });

/** Presses Tab until something has the focus. @throws Error if nothing of that name comes */
async function tabTo(app: OpenedApp, name: RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 60) {
    await app.page.keyboard.press('Tab');
    const at = await focused(app);
    if (name.test(at)) return;
    passed.push(at.slice(0, 30));
  }
  throw new Error(`Tab does not come to ${name}, but to: ${passed.join(' | ')}`);
}

const press = async (app: OpenedApp, ...keys: string[]): Promise<void> => {
  for (const key of keys) await app.page.keyboard.press(key);
};

it('goes from the start to a file', async () => {
  const app = await apps.open();
  await tabTo(app, /^Duck$/);
  await press(app, 'Enter');
  await app.button('Undo').waitFor();
  await tabTo(app, /^Photo\./);
  await press(app, 'ArrowRight', 'ArrowUp', 'Enter');
  await app.page.locator('button:enabled', { hasText: 'Reconstruct' }).waitFor();
  const asked = (await app.asked('segment')).at(-1) as { points: object[] };
  const step = 640 / 50;
  expect(asked.points).toEqual([{ x: 320 + step, y: 240 - step, label: 1 }]);
  await tabTo(app, /^Reconstruct$/);
  await press(app, 'Enter');
  await app.button('Download').waitFor();
  await expect.poll(() => focused(app)).toBe('Reconstruct');
  await tabTo(app, /^Download$/);
  await press(app, 'Enter');
  await expect.poll(() => focused(app)).toMatch(/^GLB/);
  await press(app, 'ArrowDown', 'ArrowUp', 'End', 'Home');
  await expect.poll(() => focused(app)).toMatch(/^GLB/);
  const taken = app.page.waitForEvent('download');
  await press(app, 'Enter');
  expect((await taken).suggestedFilename()).toBe('object.glb');
  await expect.poll(() => focused(app)).toBe('Download');
  await press(app, 'Enter', 'Escape');
  await expect.poll(() => app.page.getByRole('menu').count()).toBe(0);
  await expect.poll(() => focused(app)).toBe('Download');
});

it('makes a box, removes, and takes back', async () => {
  const app = await apps.open();
  await app.choose();
  await tabTo(app, /^Photo\./);
  await press(app, 'ArrowLeft', 'b', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'b');
  await expect
    .poll(() => app.asked('segment').then((asked) => asked.at(-1)))
    .toEqual({
      box: [80 - 3.2, 60, 80 + 3.2, 60 + 3.2].map((value) => expect.closeTo(value, 5)),
    });
  await press(app, 'Alt+Enter', 'Shift+ArrowUp', 'Enter');
  await app.page.getByText('3 prompts').waitFor();
  await press(app, 'Control+z', 'Control+z');
  await app.page.getByText('1 prompt').waitFor();
  await press(app, 'Control+Shift+z', 'Control+Shift+z');
  await app.page.getByText('3 prompts').waitFor();
  await tabTo(app, /^Undo$/);
  await press(app, ' ');
  await app.page.getByText('2 prompts').waitFor();
  await tabTo(app, /^2 prompts$/);
  await press(app, 'Enter');
  await tabTo(app, /^Delete: Box/);
  await press(app, 'Enter');
  await app.page.getByText('1 prompt').waitFor();
});

it('moves the threshold step by step, without losing the slider', async () => {
  const app = await apps.open();
  await app.choose();
  await app.reconstruct();
  await tabTo(app, /^Threshold$/);
  const slider = app.page.getByRole('slider', { name: 'Threshold' });
  const before = Number(await slider.inputValue());
  await press(app, 'ArrowRight', 'ArrowRight', 'ArrowRight');
  expect(Number(await slider.inputValue())).toBeCloseTo(before + 3 * 0.005, 5);
  await expect.poll(() => focused(app)).toBe('Threshold');
  await expect.poll(() => app.asked('mesh').then((asked) => asked.at(-1))).toBeCloseTo(before + 3 * 0.005, 5);
});

it('turns the object', async () => {
  const app = await apps.open();
  await app.choose();
  await app.reconstruct();
  await tabTo(app, /^Photo’s camera$/);
  await press(app, 'Enter');
  await app.page.getByRole('slider', { name: 'Compare' }).waitFor();
  await app.page.keyboard.press('Shift+Tab');
  for (let i = 0; i < 20 && !/^The object in 3D/.test(await focused(app)); i++) await press(app, 'Shift+Tab');
  await press(app, 'ArrowLeft');
  await expect.poll(() => app.page.getByRole('slider', { name: 'Compare' }).count()).toBe(0);
  await press(app, 'p', 'l');
  await expect.poll(() => app.button('Points').getAttribute('aria-pressed')).toBe('true');
  await expect.poll(() => app.button('Light').getAttribute('aria-pressed')).toBe('true');
});
