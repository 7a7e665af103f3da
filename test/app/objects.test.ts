/** Several objects of a photo in Chromium: a list, one scene, and its file. */
import { readFile } from 'node:fs/promises';
import { validateBytes } from 'gltf-validator';
import { expect, it } from 'vitest';
import { useApps } from './openApp.ts';

const apps = useApps();

it('are listed, made one after the other, and taken home as one scene', async () => {
  const app = await apps.open();
  await app.choose();
  await app.point(0.3, 0.5);
  await app.button('Add object').click();
  await app.page.getByText('Click object 2.').waitFor();
  await app.point(0.7, 0.5);
  await app.button('Reconstruct 2 objects').click();
  await app.page.getByText(/^2 of 2 objects, /).waitFor();
  if (process.env.UNFLAT_SHOTS) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await app.page.emulateMedia({ colorScheme });
      for (const width of [1280, 360]) {
        await app.page.setViewportSize({ width, height: 900 });
        await app.page.screenshot({ path: `out/app-shots/objects-${colorScheme}-${width}.png`, fullPage: true });
      }
    }
    await app.page.setViewportSize({ width: 1280, height: 860 });
  }
  await app.button('Download').click();
  const download = app.page.waitForEvent('download');
  await app.page.getByRole('menuitem', { name: /^Scene/ }).click();
  const { issues, info } = await validateBytes(await readFile(await (await download).path()));
  expect(issues.messages).toEqual([]);
  expect(info).toMatchObject({ drawCallCount: 2 });

  await app.button('Object 1').click();
  await app.button('Delete object').click();
  await app.button('Reconstruct').waitFor();
  expect(app.errors).toEqual([]);
});
