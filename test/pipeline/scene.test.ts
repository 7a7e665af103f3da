import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/pipeline/engine.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import { GeometryError } from '../../src/pipeline/points/geometry.ts';
import { OptionError } from '../../src/pipeline/optionError.ts';
import { PromptError } from '../../src/pipeline/prompts.ts';
import { presets, syntheticSet, type WeightSet } from '../../src/pipeline/registry.ts';
import { Fixture } from '../../tools/parity/fixture.ts';
import { runnerOf } from '../../tools/parity/kinds.ts';
import { bytesSource, scene, WeightsError } from '../../weights/index.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { goldenBytes } from '../setup/goldenBytes.ts';
import { expectIdentical } from '../setup/identical.ts';

describe('scenes equal the released code', () => {
  it.each([
    ['scene_a', 'color classes, a wide photo'],
    ['scene_b', 'regressed colors, a tall photo'],
    ['scene_c', 'a square photo'],
    ['half_ball', 'the grid of queries'],
  ])('%s: %s', async (name) => {
    const fixture = await Fixture.open(bytesSource(await goldenBytes(`${name}.safetensors`), name));
    await runnerOf(fixture.kind)(fixture, { device: await testDevice(), close: () => undefined });
    expect(fixture.lines.filter((line) => !line.ok)).toEqual([]);
    expect(fixture.forgotten).toEqual([]);
  });
});

const [WIDTH, HEIGHT] = [80, 64];
const rgb = scene.image(11, HEIGHT, WIDTH);
const photo: Photo = {
  ...{ width: WIDTH, height: HEIGHT },
  rgba: new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)])),
};
const depth = scene.depth(11, HEIGHT, WIDTH);
const weights = syntheticSet(4, { ...presets.small, mccScene: { ...presets.small.mccScene, image: 64 } });

const engineWith = async (set: WeightSet): Promise<Engine> => new Engine({ device: await openDevice(), weights: set });

describe('a scene', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await engineWith(weights);
  });
  afterAll(() => engine.dispose());
  const reconstruct = (options: object) =>
    engine.reconstruct(photo, { scene: true, depth, threshold: 0.5, ...options });

  it('is the square in the middle of the photo, without a mesh', async () => {
    const stages = new Set<string>();
    const result = await engine.reconstruct(
      photo,
      { scene: true, threshold: 0.5, granularity: 1 },
      { onProgress: ({ stage }) => stages.add(stage) },
    );
    const { mask, seen, object, preview } = result;
    expect([...stages]).toEqual(
      ['load ZoeDepth', 'depth', 'points', 'load MCC for scenes', 'encode', 'sweep', 'render'].filter((s) =>
        stages.has(s),
      ),
    );
    expect(stages.has('sweep')).toBe(true);
    expect([...mask.keys()].every((i) => mask[i] === Number(i % WIDTH >= 8 && i % WIDTH < 72))).toBe(true);
    expect(seen.cloud.rgb.length).toBe(3 * HEIGHT * HEIGHT);
    expect(seen.crop).toMatchObject({ side: HEIGHT, pointCount: HEIGHT * HEIGHT, box: { left: 8, right: 72 } });
    expect(seen.normalization.center).toEqual([0, 0, 0]);
    expect(result).not.toHaveProperty('candidate');
    expect(result.mesh).toBeUndefined();
    expect(object.role).toBe('scene');
    expect(object.swept).toEqual({ queries: 519, of: 519 });
    expect(preview!.width).toBeGreaterThan(0);
  });

  it('is queried in the half ball in front of the camera, at steps of 0.2 unless told otherwise', async () => {
    const { object } = await reconstruct({ sweep: 'full' });
    expect(object.field.counts).toEqual([61, 61, 31]);
    expect(object.swept.queries).toBe(object.swept.of);
    expect(object.field.logits.filter((v) => !Number.isNaN(v)).length).toBe(object.swept.of);
    for (let i = 0; i < object.grid.length; i += 3) {
      const [x, y, z] = object.grid.subarray(i, i + 3);
      expect(z).toBeGreaterThanOrEqual(0);
      expect(Math.hypot(x, y, z)).toBeLessThanOrEqual(6 + 1e-6);
    }
  });

  it('has the same bits from coarse to fine, wherever it is queried', async () => {
    const [coarse, full] = [
      await reconstruct({ granularity: 0.5 }),
      await reconstruct({ granularity: 0.5, sweep: 'full' }),
    ];
    const { field, swept } = coarse.object;
    expect(swept.of).toBe(full.object.swept.of);
    expect(swept.queries).toBeLessThanOrEqual(swept.of);
    const asked = [...field.logits.keys()].filter((i) => !Number.isNaN(field.logits[i]));
    expect(asked.length).toBe(swept.queries);
    expect(asked.map((i) => field.logits[i])).toEqual(asked.map((i) => full.object.field.logits[i]));
  });

  it('may be queried in a box', async () => {
    const gridBox = { min: [-1, -1, 0], max: [1, 1, 2] } as const;
    const { object } = await reconstruct({ gridBox, granularity: 0.5, sweep: 'full' });
    expect(object.field.counts).toEqual([4, 4, 4]);
    expect(object.swept).toEqual({ queries: 64, of: 64 });
  });

  it('comes step by step, too', async () => {
    const whole = await reconstruct({ granularity: 1 });
    const session = engine.open(photo);
    const seen = await session.scenePoints({ meters: depth });
    const object = await session.complete(seen, { granularity: 1, threshold: 0.5 });
    expectIdentical(object, whole.object, 'object');
    const mask = whole.mask;
    await expect(session.mesh(object, { mask, depth: { meters: depth } })).rejects.toThrow(/A scene has no mesh/);
    session.close();
  });

  it('takes a point map', async () => {
    const xyz = new Float32Array(3 * WIDTH * HEIGHT).map((_, k) => [0, 0, 3][k % 3] + ((k * 37) % 11) / 10);
    const { object, seen } = await reconstruct({ depth: undefined, pointMap: { xyz }, granularity: 1 });
    expect(seen.crop.validCount).toBe(32 * 32);
    expect(object.swept.queries).toBe(519);
  });

  it.each(['box', 'points', 'mask', 'previous', 'roughMask'])('has no %s', async (name) => {
    const given = { box: [0, 0, 9, 9], points: [{ x: 1, y: 1, label: 1 }] }[name] ?? new Uint8Array(WIDTH * HEIGHT);
    const failed = reconstruct({ [name]: given });
    await expect(failed).rejects.toBeInstanceOf(PromptError);
    await expect(failed).rejects.toThrow(`A scene is everything that the photo shows, and ${name} means one object.`);
  });

  it('needs enough points, and a size', async () => {
    const few = depth.map((v, i) => (i < WIDTH * 8 ? v : NaN));
    await expect(reconstruct({ depth: few })).rejects.toBeInstanceOf(GeometryError);
    await expect(reconstruct({ depth: few })).rejects.toThrow(
      /Of the scene's 1024 points \d+ have a depth; .* more than 163/,
    );
    await expect(reconstruct({ depth: depth.map(() => NaN) })).rejects.toThrow(/1024 points 0 have a depth/);
    const place = { xyz: new Float32Array(3 * WIDTH * HEIGHT).fill(1) };
    await expect(reconstruct({ depth: undefined, pointMap: place })).rejects.toThrow(/lie in one place/);
    await expect(reconstruct({ depth: depth.subarray(1) })).rejects.toBeInstanceOf(OptionError);
  });
});

describe('weights', () => {
  const { mcc, mccScene, describe: name } = weights;

  it('for objects complete no scene', async () => {
    const engine = await engineWith({ describe: name, mcc });
    const failed = engine.reconstruct(photo, { scene: true, depth });
    await expect(failed).rejects.toBeInstanceOf(WeightsError);
    await expect(failed).rejects.toThrow(
      /expected weights of MCC for scenes, found only MCC\.[^]*published the program that trains it, but no trained weights/,
    );
    engine.dispose();
  });

  it('for scenes complete no object', async () => {
    const engine = await engineWith({ describe: name, mccScene });
    const mask = new Uint8Array(WIDTH * HEIGHT).fill(1);
    const failed = engine.reconstruct(photo, { mask, depth });
    await expect(failed).rejects.toBeInstanceOf(WeightsError);
    await expect(failed).rejects.toThrow(/expected weights of MCC, found only MCC for scenes\.[^]*Add a file of MCC/);
    engine.dispose();
  });
});
