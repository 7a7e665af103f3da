import { expect, it } from 'vitest';
import { DEPTH, HeldApp, masks, MESH, SEEN, settled, threePoints } from './heldEngine.ts';

/** A reconstruction that waits for a step. */
async function running(until: 'depth' | 'points' | 'complete' | 'mesh'): Promise<HeldApp> {
  const held = await HeldApp.withMask();
  void held.app.reconstruction.start();
  await settled();
  const answers = { depth: DEPTH, points: SEEN, complete: threePoints(), mesh: MESH };
  for (const [method, value] of Object.entries(answers)) {
    if (method === until) return held;
    await held.answer(method, value);
  }
  throw new Error(`There is no step ${until}.`);
}

/** An object with a mesh. */
async function done(): Promise<HeldApp> {
  const held = await running('mesh');
  await held.answer('mesh', MESH);
  return held;
}

it('goes step by step, and shows what is found at once', async () => {
  const held = await HeldApp.withMask();
  const { state } = held.app;
  state.options.value = { ...state.options.value, granularity: 0.2, faces: 300, fuseDepth: false, fov: 40 };
  void held.app.reconstruction.start();
  await settled();
  expect(state.run.value).toMatchObject({ step: 'depth', what: 'Estimating depth' });
  expect(held.waiting('depth').args[0]).toEqual({ fov: 40 });
  await held.answer('depth', DEPTH);
  expect(state.result.value?.depth).toBe(DEPTH);
  expect(held.waiting('points').args.slice(0, 2)).toEqual([masks(1).candidates[0].mask, DEPTH]);
  await held.answer('points', SEEN);
  expect(state.result.value).toMatchObject({ seen: SEEN.cloud, spacing: 0.2 * 0.5 });
  const { args } = held.waiting('complete');
  expect(args.slice(0, 2)).toEqual([SEEN, expect.objectContaining({ granularity: 0.2 })]);
  const { onPoints } = args[1] as { onPoints: (points: unknown) => void };
  onPoints('first');
  onPoints('second');
  expect(state.result.value?.arrived).toEqual(['first', 'second']);
  const object = threePoints();
  await held.answer('complete', object);
  expect(state.result.value?.object).toBe(object);
  expect(state.threshold.value).toBe(object.threshold);
  expect(held.waiting('mesh').args.slice(0, 3)).toEqual([
    ...[object, { mask: masks(1).candidates[0].mask, depth: DEPTH }, { faces: 300, fuseDepth: false }],
  ]);
  expect(held.pending).toEqual(['mesh']);
  await held.answer('mesh', MESH);
  expect(state.result.value?.mesh).toBe(MESH);
  expect(Object.keys(state.result.value!.seconds)).toEqual(['depth', 'points', 'sweep', 'mesh']);
  expect(state.run.value).toBeUndefined();
  expect(state.said.value).toBe('The object is ready.');
});

it('tells the progress of a step, and that its network is being loaded', async () => {
  const held = await running('depth');
  const { onProgress } = held.waiting('depth').args[1] as { onProgress: (event: object) => void };
  onProgress({ stage: 'load ZoeDepth', done: 1, total: 4 });
  expect(held.state.run.value).toMatchObject({ what: 'Loading the network', share: 0.25 });
  onProgress({ stage: 'depth', done: 3, total: 4 });
  expect(held.state.run.value).toMatchObject({ what: 'Estimating depth', share: 0.75 });
});

it('starts once, and not without a mask', async () => {
  const held = await HeldApp.withPhoto();
  void held.app.reconstruction.start();
  await settled();
  expect(held.pending).toEqual([]);
  const other = await running('depth');
  void other.app.reconstruction.start();
  await settled();
  expect(other.pending).toEqual(['depth']);
});

it('leaves the prompts alone while it runs', async () => {
  const held = await running('points');
  held.app.pointing.addPoint(2, 2, 1);
  held.app.pointing.undo();
  held.app.pointing.hover({ x: 1, y: 1 });
  await settled();
  expect(held.state.prompts.value).toHaveLength(1);
  expect(held.pending).toEqual(['points']);
});

it.each([
  ['depth', []],
  ['points', ['depth']],
  ['mesh', ['depth', 'seen', 'object']],
] as const)('keeps what was found when it is stopped at %s', async (step, kept) => {
  const held = await running(step);
  held.app.reconstruction.cancel();
  expect(held.state.run.value?.isStopping).toBe(true);
  await settled();
  expect(held.pending).toEqual([]);
  const found = ['depth', 'seen', 'object', 'mesh'].filter((name) => name in held.state.result.value!);
  expect(found).toEqual(kept);
  expect(held.state.run.value).toBeUndefined();
  expect(held.state.problem.value).toBeUndefined();
  expect(held.state.said.value).toMatch(/^Stopped/);
});

it('keeps the points of a sweep that is stopped, and makes no mesh of them', async () => {
  const held = await running('complete');
  held.app.reconstruction.cancel();
  const partial = threePoints({ partial: true });
  await held.answer('complete', partial);
  expect(held.state.result.value?.object).toBe(partial);
  expect(held.pending).toEqual([]);
  expect(held.state.problem.value).toBeUndefined();
});

it.each(['depth', 'points', 'complete', 'mesh'] as const)('tells what went wrong at %s', async (step) => {
  const held = await running(step);
  await held.fail(step, new Error('bad luck'));
  expect(held.state.problem.value).toMatchObject({
    ...{ title: 'The object could not be reconstructed', text: 'bad luck' },
  });
  expect(held.state.run.value).toBeUndefined();
  void held.app.reconstruction.start();
  await settled();
  expect(held.state.problem.value).toBeUndefined();
  expect(held.pending).toEqual(['depth']);
});

it('says so if the points enclose nothing', async () => {
  const held = await running('mesh');
  await held.answer('mesh', undefined);
  expect(held.state.result.value?.notices).toEqual([expect.stringContaining('no mesh')]);
  expect(held.state.problem.value).toBeUndefined();
});

it('makes the mesh again for another threshold, and nothing else', async () => {
  const held = await done();
  const { state, reconstruction } = held.app;
  state.threshold.value = 0.2;
  void reconstruction.meshAgain();
  await settled();
  expect(state.result.value?.object?.rgb).toHaveLength(9);
  expect(held.pending).toEqual(['mesh']);
  expect(held.waiting('mesh').args[0]).toMatchObject({ threshold: 0.2 });
  const other = { ...MESH };
  await held.answer('mesh', other);
  expect(state.result.value?.mesh).toBe(other);
  void reconstruction.meshAgain();
  await settled();
  expect(held.pending).toEqual([]);
});

it('goes on with the latest threshold when it changes while the mesh is being made', async () => {
  const held = await done();
  const { state, reconstruction } = held.app;
  const made = held.made.length;
  for (const threshold of [0.2, 0.3, 0.8]) {
    state.threshold.value = threshold;
    void reconstruction.meshAgain();
    await settled();
    expect(held.pending).toEqual(['mesh']);
    expect(held.waiting('mesh').args[0]).toMatchObject({ threshold });
  }
  await held.answer('mesh', MESH);
  expect(held.made.slice(made)).toEqual(['mesh', 'mesh', 'mesh']);
  expect(state.run.value).toBeUndefined();
  expect(state.result.value?.mesh).toBe(MESH);
});

it('makes no mesh again after it was stopped by hand', async () => {
  const held = await done();
  held.state.threshold.value = 0.2;
  void held.app.reconstruction.meshAgain();
  await settled();
  held.app.reconstruction.cancel();
  await settled();
  expect(held.pending).toEqual([]);
  expect(held.state.run.value).toBeUndefined();
  expect(held.state.result.value?.object?.threshold).toBe(0.2);
});

it('filters the points of a stopped sweep, which has no mesh', async () => {
  const held = await running('complete');
  held.app.reconstruction.cancel();
  await held.answer('complete', threePoints({ partial: true }));
  held.state.threshold.value = 0.2;
  void held.app.reconstruction.meshAgain();
  await settled();
  expect(held.state.result.value?.object?.rgb).toHaveLength(9);
  expect(held.pending).toEqual([]);
});

it('has no mesh of other points when the new one fails', async () => {
  const held = await done();
  held.state.threshold.value = 0.2;
  void held.app.reconstruction.meshAgain();
  await settled();
  await held.fail('mesh', new Error('bad luck'));
  expect(held.state.problem.value).toMatchObject({ title: 'The mesh could not be made', text: 'bad luck' });
  expect(held.state.result.value?.mesh).toBeUndefined();
});

it.each(['depth', 'points', 'complete', 'mesh'] as const)('ends silently at %s for another photo', async (step) => {
  const held = await running(step);
  held.app.closePhoto();
  if (step === 'complete') {
    (held.waiting('complete').args[1] as { onPoints: (points: object) => void }).onPoints({});
    await held.answer('complete', threePoints({ partial: true }));
  }
  await settled();
  expect(held.state.result.value).toBeUndefined();
  expect(held.state.problem.value).toBeUndefined();
  expect(held.state.run.value).toBeUndefined();
});
