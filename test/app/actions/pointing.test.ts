import { expect, it } from 'vitest';
import { HeldApp, masks, PHOTO, settled } from './heldEngine.ts';

const pointsOf = (held: HeldApp) => (held.waiting('segment').args[0] as { points: unknown }).points;
const pointAt = (x: number, y: number, label = 1) => ({ x, y, label });

it('asks the latest place, and none of those that the pointer passed', async () => {
  const held = await HeldApp.withPhoto();
  const { pointing, state } = held.app;
  for (const x of [1, 2, 3]) {
    pointing.hover({ x, y: 1 });
    await settled();
    expect(held.pending).toEqual(['segment']);
  }
  expect(pointsOf(held)).toEqual([pointAt(1, 1)]);
  await held.answer('segment', masks(1));
  expect(state.hover.value).toMatchObject({ x: 3, mask: masks(1).candidates[0].mask });
  expect(pointsOf(held)).toEqual([pointAt(3, 1)]);
  await held.answer('segment', masks(3));
  expect(state.hover.value).toMatchObject({ x: 3, mask: masks(3).candidates[0].mask });
  expect(held.pending).toEqual([]);
});

it('asks a click before the place that the pointer has moved to', async () => {
  const held = await HeldApp.withPhoto();
  const { pointing, state } = held.app;
  pointing.hover({ x: 1, y: 1 });
  await settled();
  pointing.addPoint(2, 2, 1);
  pointing.hover({ x: 3, y: 3 });
  await held.answer('segment', masks(1));
  expect(state.hover.value).toBeUndefined();
  expect(pointsOf(held)).toEqual([pointAt(2, 2)]);
  await held.answer('segment', masks(2));
  expect(state.mask.value).toEqual(masks(2).candidates[0].mask);
  expect(held.pending).toEqual([]);
});

it('asks all points of quick clicks at once', async () => {
  const held = await HeldApp.withPhoto();
  const { pointing } = held.app;
  pointing.addPoint(1, 1, 1);
  await settled();
  pointing.addPoint(2, 2, 0);
  pointing.addBox([0, 0, 3, 3]);
  await held.answer('segment', masks(1));
  expect(held.waiting('segment').args[0]).toEqual({
    points: [pointAt(1, 1), pointAt(2, 2, 0)],
    box: [0, 0, 3, 3],
  });
  expect(held.pending).toEqual(['segment']);
  await held.answer('segment', masks(3));
  expect(held.pending).toEqual([]);
});

it('answers clicks that were made before the photo was ready', async () => {
  const held = new HeldApp();
  held.app.start();
  await held.startEngine();
  void held.app.openPhoto(new File(['photo'], 'duck.png'));
  await settled();
  await held.answer('open', PHOTO);
  held.app.pointing.addPoint(1, 2, 1);
  await settled();
  expect(held.pending).toEqual(['encode']);
  await held.answer('encode');
  expect(pointsOf(held)).toEqual([pointAt(1, 2)]);
});

it('shows nothing for points off the object alone, without asking', async () => {
  const held = await HeldApp.withMask();
  held.app.pointing.undo();
  held.app.pointing.addPoint(1, 1, 0);
  await settled();
  expect(held.pending).toEqual([]);
  expect(held.state.mask.value).toBeUndefined();
  expect(held.state.canReconstruct.value).toBe(false);
});

it('forgets the mask with the last prompt, and asks again on redo', async () => {
  const held = await HeldApp.withMask();
  const { pointing, state } = held.app;
  expect(state.canReconstruct.value).toBe(true);
  pointing.undo();
  await settled();
  expect(state.mask.value).toBeUndefined();
  pointing.redo();
  await held.answer('segment', masks(4));
  expect(state.mask.value).toEqual(masks(4).candidates[0].mask);
});

it('cannot reconstruct while the mask of the latest prompts is on its way', async () => {
  const held = await HeldApp.withMask();
  held.app.pointing.addPoint(2, 2, 1);
  await settled();
  expect(held.state.canReconstruct.value).toBe(false);
  await held.answer('segment', masks(2));
  expect(held.state.canReconstruct.value).toBe(true);
});

it('shows a place again that the pointer comes back to', async () => {
  const held = await HeldApp.withPhoto();
  const { pointing, state } = held.app;
  pointing.hover({ x: 1, y: 1 });
  await held.answer('segment', masks(1));
  pointing.hover(undefined);
  expect(state.hover.value).toBeUndefined();
  pointing.hover({ x: 1, y: 1 });
  await held.answer('segment', masks(1));
  expect(state.hover.value?.mask).toEqual(masks(1).candidates[0].mask);
});

it('takes another candidate', async () => {
  const held = await HeldApp.withPhoto();
  held.app.pointing.addPoint(1, 1, 1);
  await held.answer('segment', masks(5, 3));
  expect(held.state.said.value).toBe('There are 3 masks to choose from.');
  held.app.pointing.choose(2);
  expect(held.state.mask.value).toEqual(masks(7).candidates[0].mask);
});

it('tells what went wrong once, and answers the next prompt', async () => {
  const held = await HeldApp.withPhoto();
  held.app.pointing.hover({ x: 1, y: 1 });
  await held.fail('segment', new Error('no answer'));
  expect(held.state.problem.value).toMatchObject({ title: 'No mask was found', text: 'no answer' });
  expect(held.pending).toEqual([]);
  held.app.pointing.addPoint(1, 1, 1);
  await held.fail('segment', new Error('still none'));
  expect(held.state.problem.value?.text).toBe('still none');
  expect(held.pending).toEqual([]);
  held.app.pointing.addPoint(2, 2, 1);
  await held.answer('segment', masks(2));
  expect(held.state.problem.value).toBeUndefined();
  expect(held.state.mask.value).toBeDefined();
});

it('ignores the answer for a photo that is gone', async () => {
  const held = await HeldApp.withPhoto();
  held.app.pointing.addPoint(1, 1, 1);
  await settled();
  held.app.closePhoto();
  await held.answer('segment', masks(1));
  expect(held.state.answer.value).toBeUndefined();
  expect(held.state.mask.value).toBeUndefined();
});
