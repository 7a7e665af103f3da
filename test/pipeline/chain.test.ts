import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../src/graph/errors.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { GridError } from '../../src/pipeline/mcc/grid.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import { PromptError } from '../../src/pipeline/prompts.ts';
import { GeometryError } from '../../src/pipeline/points/geometry.ts';
import { toCamera } from '../../src/pipeline/points/normalization.ts';
import { OptionError } from '../../src/pipeline/optionError.ts';
import type { StageProgress } from '../../src/pipeline/session/stages.ts';
import { presets, syntheticSet, type ChainConfig } from '../../src/pipeline/registry.ts';
import { scene, WeightsError } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectIdentical } from '../setup/identical.ts';
import { expectClose, maxAbs } from '../setup/numbers.ts';

function photoOf(rgb: ArrayLike<number>, width: number, height: number): Photo {
  const rgba = new Uint8Array(4 * width * height).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]));
  return { width, height, rgba };
}

const gray: Photo = photoOf(new Uint8Array(3 * 40 * 30).fill(120), 40, 30);

describe('the chain', () => {
  it('gives the points of the released programs', async () => {
    const file = await golden('chain');
    const { height, width } = file.meta<{ height: number; width: number }>('image');
    const stages: StageProgress[] = [];
    const engine = new Engine({
      device: await openDevice(),
      weights: syntheticSet(file.meta<number>('seed'), file.meta<ChainConfig>('config')),
    });
    const box = file.meta<[number, number, number, number]>('box');
    const [granularity, threshold, temperature] = ['granularity', 'threshold', 'temperature'].map((k) =>
      file.meta<number>(k),
    );
    const result = await engine.reconstruct(
      photoOf(file.u32('image'), width, height),
      { box, granularity, threshold, temperature },
      { onProgress: (event) => stages.push(event) },
    );
    // The session that `reconstruct` opened is closed by now.
    await new Promise((resolve) => setImmediate(resolve));
    const { seconds } = engine.describe();
    engine.dispose();

    expect([...result.mask]).toEqual([...file.u32('mask')]);
    // Bounds as in docs/numerics.md: one network strays by 2e-6 of the largest value, eight times that at most.
    const depth = file.f32('depth');
    expectClose(result.depth.meters, depth, 1.6e-5 * maxAbs(depth), 'depth');
    expect(result.object.grid).toEqual(file.f32('points'));
    expect(result.object.xyz).toEqual(toCamera(file.f32('points'), result.seen.normalization));
    const colors = Float32Array.from(file.f32('point_colors'), (v) => Math.round(255 * v));
    // A color near the middle of two bytes may be rounded either way.
    expectClose(result.object.rgb, colors, 1, 'colors');
    expect(result.object.partial).toBe(false);
    const { rgba, width: across, height: down } = result.preview!;
    expect(rgba.length).toBe(4 * across * down);

    const names = [...new Set(stages.map(({ stage }) => stage))];
    const loads = [
      'load SAM',
      'segment',
      'load ZoeDepth',
      'depth',
      'points',
      'load MCC',
      'encode',
      'sweep',
      'mesh',
      'render',
    ];
    expect(names).toEqual(loads);
    // Each stage comes once: nothing is loaded in the middle of another.
    expect(stages.filter(({ stage }, i) => stage !== stages[i - 1]?.stage).map(({ stage }) => stage)).toEqual(loads);
    const sweep = stages.filter(({ stage }) => stage === 'sweep');
    expect(sweep.at(-1)).toEqual({ stage: 'sweep', done: 1728, total: 1728, unit: 'points' });
    expect(stages.at(-1)).toMatchObject({ stage: 'render', done: 1 });
    expect(Object.keys(result.seconds)).toEqual(loads);
    expect(seconds).toEqual(result.seconds);
  });

  it('scales depth to the lens of the photo when the weights have a canonical one', async () => {
    const config: ChainConfig = { ...presets.small, zoe: { ...presets.small.zoe, canonicalFov: 60 } };
    const depthOf = async (weights: ChainConfig, fov?: number): Promise<Float32Array> => {
      const engine = new Engine({ device: await openDevice(), weights: syntheticSet(3, weights) });
      const { meters } = await engine.depth(gray, { fov });
      engine.dispose();
      return meters;
    };
    const plain = await depthOf(presets.small, 90);
    const tan = (degrees: number): number => Math.tan((degrees / 360) * Math.PI);
    expect(await depthOf(config, 60)).toEqual(plain);
    const wide = plain.map((meters) => meters * (tan(60) / tan(90)));
    expectClose(await depthOf(config, 90), wide, 2 ** -23 * maxAbs(wide), 'depth');
    await expect(depthOf(config, 180)).rejects.toThrow(OptionError);
  });

  it('keeps what the sweep had found when it is stopped, and says that it is partial', async () => {
    const controller = new AbortController();
    const engine = new Engine({
      device: await openDevice(),
      weights: syntheticSet(1, presets.small),
    });
    const onProgress = ({ stage, done }: StageProgress): void => {
      if (stage === 'sweep' && done > 0) controller.abort();
    };
    const { width, height } = gray;
    const mask = new Uint8Array(width * height).fill(1);
    const depth = new Float32Array(width * height).map((_, i) => 2 + (i % 7) / 10);
    const { object, preview } = await engine.reconstruct(
      gray,
      { mask, depth, granularity: 0.2 },
      { signal: controller.signal, onProgress },
    );
    engine.dispose();
    expect(object.partial).toBe(true);
    expect(object.swept.queries).toBeGreaterThan(0);
    expect(object.swept.queries).toBeLessThan(object.swept.of);
    expect(object.xyz.length).toBeGreaterThan(0);
    expect(preview!.rgba.length).toBe(4 * preview!.width * preview!.height);
  });

  it('stops before the sweep with an AbortError', async () => {
    const engine = new Engine({ device: await openDevice(), weights: syntheticSet(1, presets.small) });
    await expect(engine.depth(gray, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    engine.dispose();
  });

  it('works again with a second photo, and with networks that are not kept', async () => {
    const engine = new Engine({
      device: await openDevice(),
      weights: syntheticSet(1, presets.small),
      keepNetworks: false,
    });
    const photo = photoOf(scene.image(11, 64, 80), 80, 64);
    const options = { box: [8, 8, 72, 56], granularity: 1.5 } as const;
    const first = await engine.reconstruct(photo, options);
    const second = await engine.reconstruct(photo, options);
    engine.dispose();
    for (const name of ['mask', 'depth', 'object', 'preview'] as const)
      expectIdentical(second[name], first[name], name);
  });

  it('lets calls wait for one another', async () => {
    const engine = new Engine({ device: await openDevice(), weights: syntheticSet(1, presets.small) });
    const other = photoOf(scene.image(12, 30, 40), 40, 30);
    const alone = [await engine.depth(gray), await engine.depth(other)];
    const failing = engine.depth({ ...gray, rgba: new Uint8Array(3) });
    const together = [engine.depth(gray), engine.depth(other)];
    await expect(failing).rejects.toBeInstanceOf(OptionError);
    expect(await Promise.all(together)).toEqual(alone);
    engine.dispose();
  });

  it('takes prompts and focal lengths in pixels of the file of a reduced photo', async () => {
    const engine = new Engine({ device: await openDevice(), weights: syntheticSet(1, presets.small) });
    const photo = photoOf(scene.image(11, 64, 80), 80, 64);
    const reduced = { ...photo, original: { width: 160, height: 192 } };
    const points = [{ x: 40, y: 32, label: 1 }] as const;
    const inFile = [{ x: 80, y: 96, label: 1 }] as const;
    const direct = await engine.segment(photo, { box: [8, 8, 72, 56], points });
    expect(await engine.segment(reduced, { box: [16, 24, 144, 168], points: inFile })).toEqual(direct);

    const depth = new Float32Array(64 * 80).map((_, i) => 2 + (i % 7) / 10);
    const given = { mask: new Uint8Array(64 * 80).fill(1), depth, granularity: 3 };
    const plain = await engine.reconstruct(photo, { ...given, focal: 90 });
    expect((await engine.reconstruct(reduced, { ...given, focal: 180 })).object).toEqual(plain.object);
    // 40.5 mm on film 36 mm wide, for the longer side.
    expect((await engine.reconstruct({ ...photo, focal35mm: 40.5 }, given)).object).toEqual(plain.object);
    engine.dispose();
  });

  it('ends with what happened when the device is lost in the middle', async () => {
    const device = await openDevice();
    const engine = new Engine({
      device,
      weights: syntheticSet(1, presets.small),
    });
    const onProgress = ({ stage }: StageProgress): void => {
      if (stage === 'encode') device.gpu.destroy();
    };
    const depth = new Float32Array(1200).map((_, i) => 2 + (i % 7) / 10);
    const options = { mask: new Uint8Array(1200).fill(1), depth, granularity: 1 };
    const failed = engine.reconstruct(gray, options, { onProgress });
    await expect(failed).rejects.toBeInstanceOf(DeviceError);
    await expect(failed).rejects.toThrow(/The device was lost[^]*Create a new engine/);
    await expect(engine.depth(gray)).rejects.toThrow(/The device was lost/);
    engine.dispose();
    await expect(engine.depth(gray)).rejects.toThrow(/The device was disposed; create a new engine/);
  });

  describe('refuses', () => {
    const refused = async (
      options: Parameters<Engine['reconstruct']>[1],
      weights = syntheticSet(1, presets.small),
      photo = gray,
    ) => {
      const stages: string[] = [];
      const engine = new Engine({
        device: await openDevice(),
        weights,
      });
      try {
        return await engine.reconstruct(photo, options, { onProgress: ({ stage }) => stages.push(stage) }).then(
          () => undefined,
          (error: unknown) => {
            expect(stages.filter((stage) => stage !== 'points')).toEqual([]);
            return error;
          },
        );
      } finally {
        engine.dispose();
      }
    };

    it('a prompt outside the photo', async () => {
      expect(await refused({ box: [10, 10, 50, 20] })).toBeInstanceOf(PromptError);
    });

    it('a mask of another size', async () => {
      expect(await refused({ mask: new Uint8Array(5) })).toMatchObject({ message: expect.stringContaining('40 x 30') });
    });

    it('an empty mask', async () => {
      const [mask, depth] = [new Uint8Array(1200), new Float32Array(1200).fill(1)];
      expect(await refused({ mask, depth })).toBeInstanceOf(GeometryError);
    });

    it('depth that is not a number', async () => {
      const [mask, depth] = [new Uint8Array(1200).fill(1), new Float32Array(1200).fill(NaN)];
      expect(await refused({ mask, depth })).toMatchObject({ message: expect.stringContaining('0 have a depth') });
    });

    it.each([0, -1, NaN, Infinity, 0.001])('a granularity of %s', async (granularity) => {
      expect(await refused({ box: [5, 5, 35, 25], granularity })).toBeInstanceOf(GridError);
    });

    it.each([
      ['empty', { min: [0, 0, 0], max: [1, 0, 1] } as const, /box from \(0, 0, 0\) to \(1, 0, 1\) is empty/],
      ['too large', { min: [-99, -99, -99], max: [99, 99, 99] } as const, /A granularity of 0.05 gives 3960 x 3960/],
    ])('a grid whose box is %s', async (_, gridBox, message) => {
      const error = await refused({ box: [5, 5, 35, 25], gridBox });
      expect(error).toBeInstanceOf(GridError);
      expect((error as Error).message).toMatch(message);
    });

    it.each([
      ['of another size', new Uint8Array(5), 'The mask has 5 pixels'],
      ['that is empty', new Uint8Array(1200), 'mask'],
    ])('a rough mask %s', async (_, roughMask, message) => {
      expect(await refused({ roughMask })).toMatchObject({ message: expect.stringContaining(message) });
    });

    it.each([
      ['a threshold of 1', { threshold: 1 }, /The threshold is 1; it is a probability/],
      ['a threshold that is no number', { threshold: NaN }, /The threshold is NaN/],
      ['a temperature of 0', { temperature: 0 }, /The temperature is 0. Give a positive/],
      ['a negative focal length', { focal: -3 }, /The focal length is -3/],
      ['a field of view of 180 degrees', { fov: 180 }, /The field of view is 180/],
      [
        'a depth map of another size',
        { depth: new Float32Array(7) },
        /The depth has 7 values, the photo has 40 x 30 pixels/,
      ],
      [
        'a point map of another size',
        { pointMap: { xyz: new Float32Array(1200) } },
        /The point map has 1200 numbers, the photo has 40 x 30/,
      ],
    ])('%s', async (_what, options, message) => {
      const error = await refused({ box: [5, 5, 35, 25], ...options });
      expect(error).toBeInstanceOf(OptionError);
      expect((error as Error).message).toMatch(message);
    });

    it('a photo that does not hold what it says, or is too narrow', async () => {
      const weights = syntheticSet(1, presets.small);
      const box = [5, 5, 35, 25] as const;
      expect(await refused({ box }, weights, { ...gray, width: 41 })).toBeInstanceOf(OptionError);
      expect(await refused({ box }, weights, { ...gray, height: 0 })).toBeInstanceOf(OptionError);
      const line = photoOf(new Uint8Array(3 * 900), 1, 900);
      expect(await refused({ box: [0, 0, 1, 900] }, weights, line)).toMatchObject({
        message: expect.stringContaining('A photo of 1 x 900 pixels is too narrow'),
      });
    });

    it('weights without the network that is needed', async () => {
      const { sam, describe } = syntheticSet(1, presets.small);
      const mask = new Uint8Array(1200).fill(1);
      expect(await refused({ mask }, { sam, describe })).toBeInstanceOf(WeightsError);
    });
  });
});
