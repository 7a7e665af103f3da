/** Photo sessions: they compute what they can once, stream points, and return plain data. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepTime } from '../../src/graph/run.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { Session } from '../../src/pipeline/session/session.ts';
import { inspectMesh, problemsOf } from '../../src/pipeline/mesh/closed.ts';
import { presets, syntheticSet } from '../../src/pipeline/registry.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { Sam } from '../../src/pipeline/sam/sam.ts';
import { toWords } from '../../tools/parity/layout.ts';
import { scene, syntheticSource } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';
import { expectIdentical } from '../setup/identical.ts';

const [WIDTH, HEIGHT] = [80, 64];
/** Seed of the generated weights. */
const SEED = 1;

function photoOf(seed: number): Photo {
  const rgb = scene.image(seed, HEIGHT, WIDTH);
  const rgba = new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]));
  return { width: WIDTH, height: HEIGHT, rgba };
}

const BOX = [8, 8, 72, 56] as const;
const POINT = [{ x: 40, y: 30, label: 1 }] as const;
const depth = new Float32Array(WIDTH * HEIGHT).map((_, i) => 2 + (i % 7) / 10);
const mask = new Uint8Array(WIDTH * HEIGHT).fill(1);

const engineOf = async (options: { embeddingBytes?: number; keepNetworks?: boolean } = {}): Promise<Engine> =>
  new Engine({ device: await openDevice(), weights: syntheticSet(SEED, presets.small), ...options });

/** Times of all dispatches of a call. */
function profile(): { times: StepTime[]; call: { onProfile(times: readonly StepTime[]): void } } {
  const times: StepTime[] = [];
  return { times, call: { onProfile: (more) => void times.push(...more) } };
}

const encoderDispatches = (times: readonly StepTime[]): number =>
  times.filter(({ scope }) => scope.startsWith('encoder')).length;

/** Arrays and numbers to the bottom: nothing that a clone would lose. */
const expectPlain = (value: unknown): void => expectIdentical(structuredClone(value), value);

describe('a session', () => {
  let engine: Engine;
  let session: Session;

  beforeAll(async () => {
    engine = await engineOf();
    session = engine.open(photoOf(11));
  });
  afterAll(() => engine.dispose());

  it('encodes the photo on the first prompt only', async () => {
    const [first, second, third] = [profile(), profile(), profile()];
    await session.segment({ box: BOX }, first.call);
    await session.segment({ points: POINT }, second.call);
    const { candidates } = await session.segment({ box: BOX });
    await session.segment({ box: BOX, previous: candidates[0].lowRes }, third.call);
    expect(encoderDispatches(first.times)).toBeGreaterThan(20);
    expect(encoderDispatches(second.times)).toBe(0);
    expect(encoderDispatches(third.times)).toBe(0);
  });

  it('takes lowRes of an earlier candidate as a prompt, and answers as SAM alone does', async () => {
    const config = presets.small.sam;
    const device = await openDevice();
    const sam = new Sam(sharedFor(device, syntheticSource(samModule.specs(config), SEED)), config);
    const rgb = { shape: [HEIGHT, WIDTH, 3], data: scene.image(11, HEIGHT, WIDTH) };
    const image = await sam.encode({ words: toWords(rgb), width: WIDTH, height: HEIGHT });
    const previous = (await sam.answer(image, { points: POINT })).candidates[1].lowRes;
    const expected = await sam.answer(image, { box: BOX, previous });
    device.dispose();
    expectIdentical(await session.segment({ box: BOX, previous }), expected);
    await expect(session.segment({ previous: new Float32Array(9) })).rejects.toThrow(/64 x 64 logits/);
    const roughMask = new Uint8Array(WIDTH * HEIGHT).fill(1);
    await expect(session.segment({ roughMask, previous })).rejects.toThrow(/Give one of the two/);
  });

  it('estimates depth once, and gives each caller an array of its own', async () => {
    const [first, second] = [profile(), profile()];
    const one = await session.depth({}, first.call);
    const two = await session.depth({ fov: 40 }, second.call);
    expect(first.times.length).toBeGreaterThan(20);
    expect(second.times).toEqual([]);
    expect(two.meters).toEqual(one.meters);
    expect(two.meters.buffer).not.toBe(one.meters.buffer);
    expect(two.camera.fx).toBeGreaterThan(one.camera.fx);
    expect(two.focal.source).toBe('fov');
    expect(two.estimated).toBe(true);
  });

  it('gives the same object step by step and in one call', async () => {
    const { candidates, chosen } = await session.segment({ box: BOX });
    const known = await session.depth();
    const seen = await session.points(candidates[chosen].mask, known);
    const options = { granularity: 1, threshold: 0.3 };
    const object = await session.complete(structuredClone(seen), options);
    const whole = await session.reconstruct({ box: BOX, ...options, render: false });
    expectIdentical(whole.object, object);
    expectIdentical(whole.seen, seen);
    expect(whole.preview).toBeUndefined();
    expect(object.xyz.length).toBeGreaterThan(0);
  });

  it('gives results that survive a clone', async () => {
    const answer = await session.segment({ points: POINT });
    const known = await session.depth();
    const seen = await session.points(mask, { meters: depth });
    const object = await session.complete(seen, { granularity: 1 });
    for (const result of [answer, known, seen, object]) expectPlain(result);
    expectPlain(await session.reconstruct({ mask, depth, granularity: 1 }));
  });

  it('hands out new points while the sweep runs: together they are the object', async () => {
    const seen = await session.points(mask, { meters: depth });
    const parts: ColoredPoints[] = [];
    const onPoints = (points: ColoredPoints) => void parts.push(points);
    const object = await session.complete(seen, { granularity: 0.25, threshold: 0.3, onPoints });
    expect(parts.length).toBeGreaterThan(1);
    expect(Float32Array.from(parts.flatMap(({ xyz }) => [...xyz]))).toEqual(object.xyz);
    expect(Uint8Array.from(parts.flatMap(({ rgb }) => [...rgb]))).toEqual(object.rgb);
  });

  it('filters the object by another threshold without a sweep, to the same points as a sweep', async () => {
    const seen = await session.points(mask, { meters: depth });
    const object = await session.complete(seen, { granularity: 0.5, threshold: 0.4, minThreshold: 0.2 });
    for (const threshold of [0.2, 0.3, 0.45]) {
      const swept = await session.complete(seen, { granularity: 0.5, threshold });
      const filtered = object.withThreshold(threshold);
      for (const name of ['xyz', 'rgb', 'logits', 'indices', 'grid'] as const) {
        expect(filtered[name]).toEqual(swept[name]);
      }
      expect(filtered.threshold).toBe(threshold);
      expect(filtered.field).toBe(object.field);
      expect(filtered.field).toEqual(swept.field);
    }
    expect(object.withThreshold(0.2).xyz.length).toBeGreaterThan(object.xyz.length);
    expect(() => object.withThreshold(0.1)).toThrow(
      'The threshold is 0.1; this object holds the points above 0.2. Give a number from 0.2 to 1, or sweep again: ' +
        'complete(seen, { minThreshold: 0.1 }).',
    );
    expect(() => object.withThreshold(1)).toThrow(/threshold is 1;.*from 0.2 to 1\.$/);
  });

  it('returns what an interrupted sweep had found', async () => {
    const seen = await session.points(mask, { meters: depth });
    const controller = new AbortController();
    const object = await session.complete(
      seen,
      { granularity: 0.25, threshold: 0.3, onPoints: () => controller.abort() },
      { signal: controller.signal },
    );
    expect(object.partial).toBe(true);
    expect(object.xyz.length).toBeGreaterThan(0);
    expect(object.swept.queries).toBeLessThan(object.swept.of);
  });

  it('makes a closed mesh, which survives a clone, as in one call', async () => {
    const seen = await session.points(mask, { meters: depth });
    const options = { granularity: 0.5, threshold: 0.3, faces: 500, texture: 64 };
    const object = await session.complete(seen, options);
    const mesh = (await session.mesh(object, { mask, depth: { meters: depth } }, options))!;
    expect(problemsOf(inspectMesh(mesh.mesh))).toBeUndefined();
    expect(mesh.textured!.triangles).toHaveLength(mesh.mesh.triangles.length);
    expectPlain(mesh);
    const whole = await session.reconstruct({ mask, depth, ...options, render: false });
    expectIdentical(whole.mesh, mesh);
    expect(whole.depth.estimated).toBe(false);
    // The surface may leave a depth that was estimated.
    const moved = await session.reconstruct({ mask, depth, estimated: true, ...options, render: false });
    expect(moved.depth.estimated).toBe(true);
    expect(moved.mesh!.mesh.xyz).not.toEqual(mesh.mesh.xyz);
  });

  it('keeps the object when it is stopped before the mesh is made', async () => {
    const controller = new AbortController();
    const { object, mesh } = await session.reconstruct(
      { mask, depth, granularity: 0.5, threshold: 0.3, render: false },
      { signal: controller.signal, onProgress: ({ stage }) => stage === 'mesh' && controller.abort() },
    );
    expect(mesh).toBeUndefined();
    expect(object.partial).toBe(false);
    expect(object.xyz.length).toBeGreaterThan(0);
  });

  it('sweeps the box that it is told to', async () => {
    const seen = await session.points(mask, { meters: depth });
    const gridBox = { min: [-1, -1, -1], max: [1, 1, 2] } as const;
    const { swept, grid } = await session.complete(seen, { granularity: 0.5, gridBox, threshold: 0.05 });
    expect(swept.of).toBe(4 * 4 * 6);
    expect(Math.max(...grid)).toBeLessThan(2);
    const flat = { min: [0, 0, 0], max: [1, 0, 1] } as const;
    await expect(session.complete(seen, { gridBox: flat })).rejects.toMatchObject({ name: 'GridError' });
  });

  it('sweeps from coarse to fine: the bits of the full sweep, and no partial result', async () => {
    const seen = await session.points(mask, { meters: depth });
    const gridBox = { min: [-0.5, -0.5, -0.5], max: [0.5, 0.5, 0.5] } as const;
    const options = { granularity: 0.05, gridBox, threshold: 0.4 } as const;
    const full = await session.complete(seen, { ...options, sweep: 'full' });
    expect(full.minThreshold).toBe(0.05);
    expect(full.swept.queries).toBe(full.swept.of);
    const object = await session.complete(seen, options);
    expect([full.partial, object.partial]).toEqual([false, false]);
    expect(object.swept.of).toBe(full.swept.of);
    expect(object.swept.queries).toBeLessThanOrEqual(full.swept.queries);
    expect(object.minThreshold).toBe(0.4);
    expect((await session.complete(seen, { ...options, minThreshold: 0.2 })).minThreshold).toBe(0.2);
    const place = new Map([...full.kept.indices].map((index, row) => [index, row]));
    object.kept.indices.forEach((index, row) => {
      const other = place.get(index)!;
      expect(object.kept.logits[row]).toBe(full.kept.logits[other]);
      expect(object.kept.rgb.slice(3 * row, 3 * row + 3)).toEqual(full.kept.rgb.slice(3 * other, 3 * other + 3));
    });
    expect(object.kept.indices.length).toBeGreaterThan(0);
    expect(object.kept.logits).toEqual(Float32Array.from(object.kept.indices, (i) => object.field.logits[i]));
    expect(object.field.logits.filter((logit) => !Number.isNaN(logit)).length).toBe(object.swept.queries);
    object.field.logits.forEach((logit, i) => Number.isNaN(logit) || expect(logit).toBe(full.field.logits[i]));
  });

  it('refuses a sweep that it does not know', async () => {
    const seen = await session.points(mask, { meters: depth });
    const refused = session.complete(seen, { sweep: 'coarse' as 'full' });
    await expect(refused).rejects.toThrow(/sweep is coarse. Give 'full' or 'coarseToFine'/);
    await expect(refused).rejects.toMatchObject({ name: 'OptionError' });
  });

  it('refuses thresholds that contradict each other', async () => {
    const seen = await session.points(mask, { meters: depth });
    const refused = session.complete(seen, { threshold: 0.2, minThreshold: 0.3 });
    await expect(refused).rejects.toThrow(/minThreshold is 0.3, above the threshold of 0.2/);
  });

  it('that is closed says so', async () => {
    const other = engine.open(photoOf(3));
    other.close();
    other.close();
    await expect(other.depth()).rejects.toThrow(/session is closed. Open the photo again/);
  });
});

describe('several sessions', () => {
  it('keep their photos apart, and encode again what had to make room', async () => {
    // Room for one embedding of [1, 16, 16, 32] numbers.
    const engine = await engineOf({ embeddingBytes: 4 * 16 * 16 * 32 });
    const [a, b] = [engine.open(photoOf(11)), engine.open(photoOf(12))];
    const first = await a.segment({ box: BOX });
    const other = await b.segment({ box: BOX });
    expect(other).not.toEqual(first);
    const again = profile();
    expect(await a.segment({ box: BOX }, again.call)).toEqual(first);
    expect(encoderDispatches(again.times)).toBeGreaterThan(20);
    expect(await b.segment({ box: BOX })).toEqual(other);
    engine.dispose();
  });

  it('keep their embeddings where there is room, also when networks are not kept', async () => {
    const engine = await engineOf({ keepNetworks: false });
    const [a, b] = [engine.open(photoOf(11)), engine.open(photoOf(12))];
    const first = await a.segment({ box: BOX });
    await b.segment({ box: BOX });
    await a.depth();
    const again = profile();
    expect(await a.segment({ box: BOX }, again.call)).toEqual(first);
    expect(encoderDispatches(again.times)).toBe(0);
    engine.dispose();
  });
});

it('a second prompt on the full-size vit_b costs no dispatch of the encoder', async () => {
  const engine = new Engine({ device: await openDevice(), weights: syntheticSet(1, presets.full) });
  const session = engine.open(photoOf(11));
  const [first, second] = [profile(), profile()];
  await session.segment({ box: BOX }, first.call);
  await session.segment({ points: POINT }, second.call);
  engine.dispose();
  expect(encoderDispatches(first.times)).toBeGreaterThan(100);
  expect(encoderDispatches(second.times)).toBe(0);
  expect(second.times.length).toBeGreaterThan(20);
});
