import { expect, it } from 'vitest';
import { DeviceError } from '../../../src/graph/errors.ts';
import { UserError } from '../../../src/host/errors.ts';
import { DEPTH, HeldApp, HeldEngine, masks, MESH, PHOTO, SEEN, settled, threePoints } from './heldEngine.ts';

const lost = new DeviceError('The device was lost.');

it('tells how far the start is, and what the engine runs on', async () => {
  const held = new HeldApp();
  held.app.start();
  await settled();
  expect(held.created[0].weights).toBe('tiny');
  held.created[0].onProgress!({ stage: 'download', done: 1, total: 4, unit: 'bytes' });
  expect(held.state.engine.value).toEqual({ kind: 'starting', what: 'Downloading weights', share: 0.25 });
  await held.startEngine(new HeldEngine('fast card'));
  expect(held.state.engine.value).toEqual({ kind: 'ready', adapter: 'fast card', weights: 'tiny' });
});

it('says why an engine did not start, and starts one when asked again', async () => {
  const held = new HeldApp();
  held.app.start();
  await settled();
  held.starting.pending[0].fail(new UserError('This browser has no WebGPU.', { hint: 'Use Chrome.' }));
  await settled();
  expect(held.state.engine.value).toMatchObject({
    kind: 'failed',
    problem: { title: 'The engine could not start', text: 'This browser has no WebGPU. Use Chrome.' },
  });
  void held.app.renewEngine();
  await held.startEngine();
  expect(held.state.engine.value.kind).toBe('ready');
});

it('keeps photo, prompts and result when the device is lost, and goes on with another engine', async () => {
  const held = await HeldApp.withMask();
  const { state, reconstruction } = held.app;
  void reconstruction.start();
  await settled();
  for (const [method, value] of Object.entries({ depth: DEPTH, points: SEEN, complete: threePoints(), mesh: MESH }))
    await held.answer(method, value);
  const before = { photo: state.photo.value, prompts: state.prompts.value, result: state.result.value };
  held.engines[0].lose(lost);
  await settled();
  expect(state.engine.value).toMatchObject({ kind: 'failed', problem: { title: 'The graphics device stopped' } });
  void held.app.renewEngine();
  await held.startEngine(new HeldEngine('other card'));
  expect(held.waiting('open').args).toEqual([before.photo!.file]);
  await held.answer('open', PHOTO);
  await held.answer('encode');
  expect({ photo: state.photo.value, prompts: state.prompts.value, result: state.result.value }).toEqual(before);
  expect(state.canReconstruct.value).toBe(true);
  held.app.pointing.addPoint(2, 2, 1);
  await held.answer('segment', masks(2));
  expect(held.engines[1].calls.made.map(({ method }) => method)).toEqual(['open', 'encode', 'segment']);
});

it('ends a run whose device is lost, with one problem', async () => {
  const held = await HeldApp.withMask();
  void held.app.reconstruction.start();
  await settled();
  held.engines[0].lose(lost);
  await held.fail('depth', lost);
  expect(held.state.run.value).toBeUndefined();
  void held.app.renewEngine();
  await held.startEngine();
  await held.answer('open', PHOTO);
  await held.answer('encode');
  expect(held.state.problem.value).toBeUndefined();
  expect(held.state.engine.value.kind).toBe('ready');
});

it('waits with prompts until there is an engine again, and asks what the lost one did not answer', async () => {
  const held = await HeldApp.withPhoto();
  held.app.pointing.addPoint(1, 1, 1);
  await settled();
  held.engines[0].lose(lost);
  await held.fail('segment', lost);
  held.app.pointing.hover({ x: 2, y: 2 });
  await settled();
  expect(held.pending).toEqual([]);
  void held.app.renewEngine();
  await settled();
  expect(held.state.canReconstruct.value).toBe(false);
  await held.startEngine();
  await held.answer('open', PHOTO);
  await held.answer('encode');
  await held.answer('segment', masks(1));
  expect(held.state.canReconstruct.value).toBe(true);
  expect(held.state.problem.value).toBeUndefined();
});

it('cannot reconstruct while there is no engine', async () => {
  const held = await HeldApp.withMask();
  expect(held.state.canReconstruct.value).toBe(true);
  held.engines[0].lose(lost);
  await settled();
  expect(held.state.canReconstruct.value).toBe(false);
});

it('starts another engine for other weights, and frees the old one', async () => {
  const held = await HeldApp.withPhoto();
  const [old] = held.engines;
  void held.app.renewEngine('official');
  await held.startEngine();
  expect(held.created[1].weights).toBe('official');
  expect(old.isDisposed).toBe(true);
  old.lose(lost);
  await settled();
  expect(held.state.engine.value.kind).toBe('ready');
});

it('shows the latest of two engines that are being started, whichever is ready first', async () => {
  const held = new HeldApp();
  held.app.start();
  await settled();
  void held.app.renewEngine('official');
  await settled();
  const [first, second] = held.starting.pending;
  second.answer(new HeldEngine('second'));
  await settled();
  const slow = new HeldEngine('first');
  first.answer(slow);
  await settled();
  expect(held.state.engine.value).toMatchObject({ adapter: 'second' });
  expect(slow.isDisposed).toBe(true);
});

it('keeps the latest engine when an earlier one fails to start', async () => {
  const held = new HeldApp();
  held.app.start();
  await settled();
  void held.app.renewEngine('official');
  await settled();
  const [first, second] = held.starting.pending;
  first.fail(new Error('too late'));
  second.answer(new HeldEngine('second'));
  await settled();
  void held.app.openPhoto(new File(['photo'], 'duck.png'));
  await settled();
  expect(held.state.engine.value).toMatchObject({ kind: 'ready', adapter: 'second' });
  expect(held.created).toHaveLength(2);
  expect(held.pending).toEqual(['open']);
});
