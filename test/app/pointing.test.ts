/** Pointing at an object by mouse, in Chromium. */
import { expect, it } from 'vitest';
import { PHOTO_SIZE, useApps, type OpenedApp } from './openApp.ts';

const apps = useApps();

interface Asked {
  readonly points?: readonly { x: number; y: number; label: number }[];
  readonly box?: readonly number[];
}

const { width, height } = PHOTO_SIZE;

/** A place in parts of the photo. */
const place = (x: number, y: number, label = 1) => ({ x: near(x * width), y: near(y * height), label });
/** To one pixel of the screen, which is less than one of the photo. */
const near = (value: number): unknown => expect.closeTo(value, 0);

/** Expects what the engine was asked last. */
const expectAsked = (app: OpenedApp, expected: object): Promise<void> =>
  expect.poll(async () => (await app.asked('segment')).at(-1) as Asked).toEqual(expected);

/** Opens a photo, with the pointer outside of it. */
async function opened(): Promise<OpenedApp> {
  const app = await apps.open();
  await app.choose();
  return app;
}

const prompts = (app: OpenedApp) => app.page.getByRole('list', { name: 'Prompts' }).getByRole('listitem');

it('shows what a click would mean, and takes it', async () => {
  const app = await opened();
  const box = (await app.photo.boundingBox())!;
  await app.page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
  const colorAt = async (): Promise<string> => {
    const [red, , blue, alpha] = await app.maskAt(0.3, 0.5);
    return alpha === 0 ? 'none' : red > blue ? 'hovered' : 'chosen';
  };
  await expect.poll(colorAt).toBe('hovered');
  await expect.poll(() => app.button('Reconstruct').isDisabled()).toBe(true);
  await app.page.mouse.move(0, 0);
  await expect.poll(colorAt).toBe('none');
  await app.point(0.3, 0.5);
  await expect.poll(colorAt).toBe('chosen');
  await expectAsked(app, { points: [place(0.3, 0.5)] });
  await expect.poll(() => app.button('Reconstruct').isEnabled()).toBe(true);
});

it('adds and removes by clicks, and makes a box by dragging', async () => {
  const app = await opened();
  const on = place(0.5, 0.5);
  await app.point(0.5, 0.5);
  await expectAsked(app, { points: [on] });
  await app.point(0.4, 0.5, { modifiers: ['Alt'] });
  await expectAsked(app, { points: [on, place(0.4, 0.5, 0)] });
  await app.point(0.6, 0.5, { button: 'right' });
  await expectAsked(app, { points: [on, place(0.4, 0.5, 0), place(0.6, 0.5, 0)] });
  expect((await app.maskAt(0.4, 0.5))[3]).toBe(0);
  await app.button('Clear').click();
  await drag(app, [0.8, 0.7], [0.2, 0.1]);
  await expectAsked(app, { box: [0.2 * width, 0.1 * height, 0.8 * width, 0.7 * height].map(near) });
  await drag(app, [0.1, 0.1], [0.5, 0.6]);
  await expectAsked(app, { box: [0.1 * width, 0.1 * height, 0.5 * width, 0.6 * height].map(near) });
  await app.button('Remove').click();
  await app.point(0.3, 0.3);
  await expectAsked(app, { points: [place(0.3, 0.3, 0)], box: expect.anything() });
});

async function drag(app: OpenedApp, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const box = (await app.photo.boundingBox())!;
  const at = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
  await app.page.mouse.move(...at(from));
  await app.page.mouse.down();
  await app.page.mouse.move(...at(to), { steps: 3 });
  await app.page.mouse.up();
}

it('goes back and forth, and deletes from the list', async () => {
  const app = await opened();
  await app.point(0.5, 0.5);
  await app.point(0.3, 0.5);
  await app.page.getByText('2 prompts').click();
  await expect.poll(() => prompts(app).count()).toBe(2);
  await app.button('Undo').click();
  await expectAsked(app, { points: [place(0.5, 0.5)] });
  await expect.poll(() => prompts(app).count()).toBe(1);
  await app.button('Redo').click();
  await expectAsked(app, { points: [place(0.5, 0.5), place(0.3, 0.5)] });
  await app.button(`Delete: Point on the object at ${width / 2}, ${height / 2}`).click();
  await expectAsked(app, { points: [place(0.3, 0.5)] });
  await app.button('Clear').click();
  await expect.poll(() => prompts(app).count()).toBe(0);
  await expect.poll(() => app.button('Clear').isDisabled()).toBe(true);
  await expect.poll(() => app.button('Reconstruct').isDisabled()).toBe(true);
  await app.button('Undo').click();
  await expectAsked(app, { points: [place(0.3, 0.5)] });
});

it('offers the masks that a click may mean, and reconstructs the chosen one', async () => {
  const app = await opened();
  await app.point(0.5, 0.5);
  const masks = app.page.getByRole('group', { name: 'Masks to choose from' }).getByRole('button');
  await masks.nth(2).waitFor();
  await expect.poll(() => masks.nth(0).getAttribute('aria-pressed')).toBe('true');
  await masks.nth(1).click();
  await expect.poll(() => masks.nth(1).getAttribute('aria-pressed')).toBe('true');
  expect((await app.maskAt(0.5, 0.25))[3]).toBeGreaterThan(0);
  await app.button('Reconstruct').click();
  await app.button('Download').waitFor();
  const [pixels] = (await app.asked('points')) as number[];
  expect(pixels / (Math.PI * (0.3 * height) ** 2)).toBeCloseTo(1, 1);
});

it('needs a point on the object', async () => {
  const app = await opened();
  await app.button('Remove').click();
  const before = (await app.asked('segment')).length;
  await app.page.mouse.move(0, 0);
  await app.point(0.5, 0.5);
  await app.page.getByText('1 prompt').waitFor();
  await expect.poll(() => app.button('Reconstruct').isDisabled()).toBe(true);
  await app.button('Undo').click();
  await app.page.getByText('Click the object.').waitFor();
  expect((await app.asked('segment')).slice(before).every((asked) => (asked as Asked).points![0].label === 1)).toBe(
    true,
  );
});

it('takes taps, and leaves the page to a finger that scrolls', async () => {
  const app = await apps.open({}, { hasTouch: true, viewport: { width: 360, height: 740 } });
  await app.choose();
  const box = (await app.photo.boundingBox())!;
  await app.photo.tap({ position: { x: 0.5 * box.width, y: 0.5 * box.height } });
  await expectAsked(app, { points: [place(0.5, 0.5)] });
  await app.button('Remove').tap();
  await app.photo.tap({ position: { x: 0.25 * box.width, y: 0.5 * box.height } });
  await expectAsked(app, { points: [place(0.5, 0.5), place(0.25, 0.5, 0)] });
  expect(await app.photo.evaluate((element) => getComputedStyle(element).touchAction)).toContain('pan-y');
});
