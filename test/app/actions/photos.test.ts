import { expect, it } from 'vitest';
import { UserError } from '../../../src/host/errors.ts';
import { HeldApp, masks, PHOTO, settled } from './heldEngine.ts';

const file = (name: string): File => new File([name], `${name}.png`);
const photo = (name: string) => ({ ...PHOTO, name });

async function started(): Promise<HeldApp> {
  const held = new HeldApp();
  held.app.start();
  await held.startEngine();
  return held;
}

it('shows a photo before it is encoded, and says when it can be pointed at', async () => {
  const held = await started();
  void held.app.openPhoto(file('duck'));
  await settled();
  expect(held.state.encoding.value).toMatchObject({ kind: 'running', what: 'Opening the photo' });
  await held.answer('open', { ...photo('duck'), original: { width: 8, height: 6 }, notices: ['It is smaller now.'] });
  expect(held.state.photo.value).toMatchObject({
    ...{ name: 'duck', width: 8, height: 6, decoded: { width: 4, height: 3 }, notices: ['It is smaller now.'] },
    isFovKnown: false,
  });
  expect(held.state.photo.value?.fov).toBeCloseTo(55);
  const { onProgress } = held.waiting('encode').args[0] as { onProgress: (event: object) => void };
  onProgress({ stage: 'segment', done: 1, total: 2 });
  expect(held.state.encoding.value).toEqual({ kind: 'running', what: 'Looking at the photo', share: 0.5 });
  await held.answer('encode');
  expect(held.state.encoding.value.kind).toBe('done');
  expect(held.state.said.value).toMatch(/^The photo is ready/);
});

it('takes the focal length that the file knows', async () => {
  const held = await started();
  void held.app.openPhoto(file('duck'));
  await settled();
  await held.answer('open', { ...photo('duck'), focal35mm: 36 });
  expect(held.state.photo.value?.fov).toBeCloseTo((2 * Math.atan(0.5) * 180) / Math.PI);
  expect(held.state.photo.value?.isFovKnown).toBe(true);
});

it('takes a second photo while the first one is being encoded', async () => {
  const held = await started();
  void held.app.openPhoto(file('duck'));
  await settled();
  await held.answer('open', photo('duck'));
  void held.app.openPhoto(file('mug'));
  await settled();
  expect(held.pending).toEqual(['open']);
  expect(held.made).toContain('close');
  await held.answer('open', photo('mug'));
  await held.answer('encode');
  expect(held.state.photo.value?.name).toBe('mug');
  expect(held.state.encoding.value.kind).toBe('done');
  expect(held.state.problem.value).toBeUndefined();
});

it('takes a second photo while the first one is being opened', async () => {
  const held = await started();
  void held.app.openPhoto(file('duck'));
  await settled();
  void held.app.openPhoto(file('mug'));
  await settled();
  const [duck, mug] = held.engines[0].calls.pending;
  mug.answer(photo('mug'));
  await settled();
  duck.answer(photo('duck'));
  await settled();
  expect(held.state.photo.value?.name).toBe('mug');
  expect(held.engines[0].calls.made.filter(({ method }) => method === 'close')).toEqual([
    { method: 'close', args: ['duck'] },
  ]);
  await held.answer('encode');
  expect(held.pending).toEqual([]);
  expect(held.state.encoding.value.kind).toBe('done');
});

it('says nothing of a first photo that cannot be opened once there is a second', async () => {
  const held = await started();
  void held.app.openPhoto(file('duck'));
  await settled();
  void held.app.openPhoto(file('mug'));
  await settled();
  const [duck, mug] = held.engines[0].calls.pending;
  duck.fail(new UserError('damaged'));
  mug.answer(photo('mug'));
  await settled();
  expect(held.state.problem.value).toBeUndefined();
  expect(held.state.encoding.value.kind).toBe('running');
});

it('does not come back after it was closed', async () => {
  const held = await started();
  void held.app.openPhoto(file('duck'));
  await settled();
  held.app.closePhoto();
  await held.answer('open', photo('duck'));
  expect(held.state.photo.value).toBeUndefined();
  expect(held.state.encoding.value.kind).toBe('none');
  expect(held.pending).toEqual([]);
});

it('says why a photo cannot be opened, and takes another one', async () => {
  const held = await started();
  void held.app.openPhoto(file('duck'));
  await settled();
  await held.fail('open', new UserError('It is damaged.', { hint: 'Use a JPEG.' }));
  expect(held.state.problem.value).toMatchObject({
    ...{ title: 'The photo could not be opened', text: 'It is damaged. Use a JPEG.' },
  });
  expect(held.state.encoding.value.kind).toBe('none');
  void held.app.openPhoto(file('mug'));
  await settled();
  expect(held.state.problem.value).toBeUndefined();
  await held.answer('open', photo('mug'));
  expect(held.state.photo.value?.name).toBe('mug');
});

it('begins anew with another photo: no prompts, no mask, and its own field of view', async () => {
  const held = await HeldApp.withMask();
  held.state.options.value = { ...held.state.options.value, fov: 30 };
  void held.app.openPhoto(file('mug'));
  await settled();
  await held.answer('open', photo('mug'));
  await held.answer('encode');
  const { prompts, mask, history, options } = held.state;
  expect([prompts.value, mask.value, history.value.past, options.value.fov]).toEqual([[], undefined, [], undefined]);
  held.app.pointing.addPoint(1, 1, 1);
  await held.answer('segment', masks(1));
  expect(held.state.mask.value).toBeDefined();
});

it('is not lost when it is chosen while an engine starts again', async () => {
  const held = await started();
  held.engines[0].lose(new Error('lost'));
  await settled();
  void held.app.renewEngine();
  await settled();
  void held.app.openPhoto(file('duck'));
  await held.startEngine();
  await held.answer('open', photo('duck'));
  await held.answer('encode');
  expect(held.state.photo.value?.name).toBe('duck');
  expect(held.state.encoding.value.kind).toBe('done');
});

it('waits for the engine', async () => {
  const held = new HeldApp();
  held.app.start();
  void held.app.openPhoto(file('duck'));
  await settled();
  expect(held.pending).toEqual([]);
  await held.startEngine();
  await held.answer('open', photo('duck'));
  expect(held.state.photo.value?.name).toBe('duck');
});
