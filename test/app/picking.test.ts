/** Picking one of all masks, in Chromium. The masks are three discs in the middle, one inside another, and one at the left. */
import { expect, it } from 'vitest';
import { PHOTO_SIZE, useApps, type OpenedApp } from './openApp.ts';

const apps = useApps();

const { height } = PHOTO_SIZE;

/** Opens a photo, and finds all its masks. */
async function found(): Promise<OpenedApp> {
  const app = await apps.open();
  await app.choose();
  await app.button('All masks').click();
  await app.page.getByText('4 masks.').waitFor();
  return app;
}

/** Moves the mouse. @param x, y parts of the photo */
async function move(app: OpenedApp, x: number, y: number): Promise<void> {
  const box = (await app.photo.boundingBox())!;
  await app.page.mouse.move(box.x + x * box.width, box.y + y * box.height);
}

const here = (app: OpenedApp, words: string): Promise<void> => app.page.getByText(words).waitFor();
/** Whether the mask that is shown covers a place right of the middle. @param away from it, in parts of the height */
const covers = async (app: OpenedApp, away: number): Promise<boolean> => {
  const { width } = PHOTO_SIZE;
  return (await app.maskAt(0.5 + (away * height) / width, 0.5))[3] > 0;
};

it('shows the smallest mask under the pointer, and larger ones by the wheel', async () => {
  const app = await found();
  await move(app, 0.5, 0.5);
  await here(app, '1 of 3 here.');
  expect([await covers(app, 0.05), await covers(app, 0.15)]).toEqual([true, false]);
  await app.page.mouse.wheel(0, -100);
  await here(app, '2 of 3 here.');
  expect([await covers(app, 0.15), await covers(app, 0.25)]).toEqual([true, false]);
  await move(app, 0.52, 0.5); // within the same masks
  await here(app, '2 of 3 here.');
  await app.page.mouse.wheel(0, -100);
  await here(app, '3 of 3 here.');
  expect(await covers(app, 0.25)).toBe(true);
  await app.page.mouse.wheel(0, 100);
  await here(app, '2 of 3 here.');
  await move(app, 0.15, 0.5);
  await here(app, 'Click one');
  await move(app, 0.5, 0.02);
  await expect.poll(async () => (await app.maskAt(0.15, 0.5))[3]).toBe(0);
});

it('takes the mask that is shown, refines it by points, and reconstructs it', async () => {
  const app = await found();
  await move(app, 0.5, 0.5);
  await app.page.mouse.wheel(0, -100);
  await here(app, '2 of 3 here.');
  await app.page.mouse.down();
  await app.page.mouse.up();
  await app.page.getByText('1 prompt').click();
  await app.page.getByRole('button', { name: /^Delete: Mask with [0-9,]+ pixels$/ }).waitFor();
  expect(await app.asked('segment')).toEqual([]); // the mask itself is the answer
  await app.button('Reconstruct').click();
  await app.button('Download').waitFor();
  const [pixels] = (await app.asked('points')) as number[];
  expect(pixels / (Math.PI * (0.2 * height) ** 2)).toBeCloseTo(1, 1);
  await app.button('Remove').click();
  await app.point(0.5, 0.6);
  await expect
    .poll(async () => (await app.asked('segment')).at(-1))
    .toMatchObject({
      points: [{ label: 0 }],
      roughMask: expect.anything() as unknown,
    });
});

it('goes by the keyboard alone', async () => {
  const app = await found();
  await app.photo.focus();
  await app.page.keyboard.press('Enter'); // the crosshair, in the middle
  await here(app, '1 of 3 here.');
  await app.page.keyboard.press('+');
  await app.page.keyboard.press('+');
  await here(app, '3 of 3 here.');
  await app.page.keyboard.press('-');
  await here(app, '2 of 3 here.');
  await app.page.keyboard.press('Enter');
  await app.page.getByText('1 prompt').waitFor();
  await app.page.keyboard.press('Control+z');
  await expect.poll(() => app.page.getByText('1 prompt').count()).toBe(0);
});

it('goes by touch: a tap shows, a second one takes', async () => {
  const app = await apps.open({}, { hasTouch: true });
  await app.choose();
  await app.button('All masks').tap();
  await app.page.getByText('4 masks.').waitFor();
  const box = (await app.photo.boundingBox())!;
  const tap = () => app.page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await tap();
  await here(app, '1 of 3 here.');
  await expect.poll(() => app.page.getByText('1 prompt').count()).toBe(0);
  await app.button('Larger').tap();
  await here(app, '2 of 3 here.');
  await tap();
  await app.page.getByText('1 prompt').waitFor();
});

it('stops the search, which can begin again', async () => {
  const app = await apps.open({ held: ['everything'] });
  await app.choose();
  await app.button('All masks').click();
  await app.button('Stop').click();
  await expect.poll(() => app.button('Add').getAttribute('aria-pressed')).toBe('true');
  await app.button('All masks').click();
  await app.script((script) => script.release('everything'), undefined);
  await app.page.getByText('4 masks.').waitFor();
});
