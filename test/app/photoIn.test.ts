/** Ways for a photo into the app, in Chromium. */
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { PHOTO_SIZE, smallPhoto, useApps, type OpenedApp } from './openApp.ts';

const apps = useApps();

/** Gives a file to the page as the browser does when one is dropped or pasted. */
async function give(
  app: OpenedApp,
  kind: 'drop' | 'paste',
  { name, mimeType, buffer }: Awaited<ReturnType<typeof smallPhoto>>,
) {
  await app.page.evaluate(
    ([kind, name, type, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes as number[])], name as string, { type: type as string }));
      const options = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        kind === 'drop'
          ? new DragEvent('drop', { ...options, dataTransfer: data })
          : new ClipboardEvent('paste', { ...options, clipboardData: data }),
      );
    },
    [kind, name, mimeType, [...buffer]] as const,
  );
}

it('takes a photo from the disk', async () => {
  const app = await apps.open();
  const chooser = app.page.waitForEvent('filechooser');
  await app.button('Choose a photo').click();
  await (await chooser).setFiles(await smallPhoto('my photo.png'));
  await app.page.getByRole('img', { name: 'my photo', exact: true }).waitFor();
  await app.button('Undo').waitFor();
  await expect.poll(() => app.asked('encode')).toHaveLength(1);
});

it.each(['drop', 'paste'] as const)('takes a photo by %s, at the start and in place of another one', async (kind) => {
  const app = await apps.open();
  await give(app, kind, await smallPhoto('one.png'));
  await app.page.getByRole('img', { name: 'one', exact: true }).waitFor();
  await give(app, kind, await smallPhoto('two.png'));
  await app.page.getByRole('img', { name: 'two', exact: true }).waitFor();
  await app.button('New photo').click();
  await app.button('Choose a photo').waitFor();
});

it('says that a dropped file is no picture', async () => {
  const app = await apps.open();
  await give(app, 'drop', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') });
  await app.page.getByRole('alert').getByText('notes.txt is text and not a picture').waitFor();
});

it('opens an example', async () => {
  const app = await apps.open();
  await app.page.getByRole('group', { name: 'Examples' }).getByRole('button', { name: 'Duck' }).click();
  await app.page.getByRole('img', { name: 'duck', exact: true }).waitFor();
});

it('shows that the engine is starting, and that the photo is being encoded', async () => {
  const app = await apps.open({ held: ['create', 'encode'] });
  await app.page.getByRole('progressbar', { name: 'Downloading weights' }).waitFor();
  await app.page
    .locator('input[type=file]')
    .first()
    .setInputFiles(await smallPhoto());
  await app.page.getByRole('progressbar', { name: 'Opening the photo' }).waitFor();
  await app.script((script) => script.release('create'), undefined);
  await app.page.getByRole('progressbar', { name: 'Looking at the photo' }).waitFor();
  await app.script((script) => script.release('encode'), undefined);
  await app.button('Undo').waitFor();
});

it('shows a photo upright, and points at what is shown', async () => {
  // Red above blue, as a phone that is held upright stores it: turned to the left, with a note to turn it to the right.
  const [width, height] = [PHOTO_SIZE.height, PHOTO_SIZE.width];
  const red = { create: { width, height: height / 2, channels: 3, background: '#e00000' } } as const;
  const upright = await sharp({ create: { width, height, channels: 3, background: '#0000e0' } })
    .composite([{ input: await sharp(red).png().toBuffer(), top: 0, left: 0 }])
    .png()
    .toBuffer();
  const buffer = await sharp(upright).rotate(270).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const app = await apps.open();
  await app.choose({ name: 'phone.jpg', mimeType: 'image/jpeg', buffer });
  const box = (await app.photo.boundingBox())!;
  expect(box.width / box.height).toBeCloseTo(width / height, 2);
  const top = await app.page.getByRole('img', { name: 'phone', exact: true }).evaluate((picture: HTMLImageElement) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d')!;
    canvas.drawImage(picture, 0, 0, picture.naturalWidth, picture.naturalHeight / 2, 0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  });
  expect(top[0]).toBeGreaterThan(200);
  expect(top[2]).toBeLessThan(50);
  await app.point(0.25, 0.125);
  await app.button('1 prompt').or(app.page.getByText('1 prompt')).waitFor();
  const [{ points }] = (await app.asked('segment')).slice(-1) as [{ points: { x: number; y: number }[] }];
  expect(points[0].x).toBeCloseTo(width / 4, -0.5);
  expect(points[0].y).toBeCloseTo(height / 8, -0.5);
  await expect.poll(async () => (await app.maskAt(0.25, 0.125))[3]).toBeGreaterThan(0);
  expect((await app.maskAt(0.75, 0.875))[3]).toBe(0);
});
