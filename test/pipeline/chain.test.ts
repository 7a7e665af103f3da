import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/pipeline/engine.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import type { StageProgress } from '../../src/pipeline/photoTo3d.ts';
import { PromptError } from '../../src/pipeline/sam/prompt.ts';
import { GeometryError, toCamera } from '../../src/pipeline/seenPoints.ts';
import { presets, scene, syntheticSet, WeightsError, type ChainConfig } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';
import { expectClose, maxAbs } from '../setup/numbers.ts';

function photoOf(rgb: ArrayLike<number>, width: number, height: number): Photo {
  const rgba = new Uint8Array(4 * width * height).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]));
  return { width, height, rgba };
}

const grey: Photo = photoOf(new Uint8Array(3 * 40 * 30).fill(120), 40, 30);

describe('the chain', () => {
  it('gives the points of the released programs', async () => {
    const file = await golden('chain');
    const { height, width } = file.meta<{ height: number; width: number }>('image');
    const stages: StageProgress[] = [];
    const engine = new Engine({
      device: await openDevice(),
      weights: syntheticSet(file.meta<number>('seed'), file.meta<ChainConfig>('config')),
      onProgress: (event) => stages.push(event),
    });
    const box = file.meta<[number, number, number, number]>('box');
    const [granularity, threshold, temperature] = ['granularity', 'threshold', 'temperature'].map((k) =>
      file.meta<number>(k),
    );
    const result = await engine.reconstruct(photoOf(file.u32('image'), width, height), {
      box,
      granularity,
      threshold,
      temperature,
    });
    engine.dispose();

    expect([...result.mask]).toEqual([...file.u32('mask')]);
    // Bounds as in docs/numerics.md: one network strays by 2e-6 of the largest value, eight times that at most.
    const depth = file.f32('depth');
    expectClose(result.depth, depth, 1.6e-5 * maxAbs(depth), 'depth');
    expect(result.grid).toEqual(file.f32('points'));
    expect(result.object.xyz).toEqual(toCamera(file.f32('points'), result.normalisation));
    const colors = Float32Array.from(file.f32('point_colors'), (v) => Math.round(255 * v));
    // A colour near the middle of two bytes may be rounded either way.
    expectClose(result.object.rgb, colors, 1, 'colours');
    expect(result.partial).toBe(false);
    expect(result.preview.rgba.length).toBe(4 * result.preview.width * result.preview.height);

    const names = [...new Set(stages.map(({ stage }) => stage))];
    expect(names).toEqual(['load SAM', 'segment', 'load ZoeDepth', 'depth', 'points', 'load MCC', 'encode', 'sweep']);
    expect(stages.at(-1)).toEqual({ stage: 'sweep', done: 1728, total: 1728, unit: 'points' });
  });

  it('keeps what the sweep had found when it is stopped, and says that it is partial', async () => {
    const controller = new AbortController();
    const engine = new Engine({
      device: await openDevice(),
      weights: syntheticSet(1, presets.small),
      onProgress: ({ stage, done }) => {
        if (stage === 'sweep' && done > 0) controller.abort();
      },
    });
    const { width, height } = grey;
    const mask = new Uint8Array(width * height).fill(1);
    const depth = new Float32Array(width * height).map((_, i) => 2 + (i % 7) / 10);
    const result = await engine.reconstruct(grey, { mask, depth, granularity: 0.2, signal: controller.signal });
    engine.dispose();
    expect(result.partial).toBe(true);
    expect(result.swept.queries).toBeGreaterThan(0);
    expect(result.swept.queries).toBeLessThan(result.swept.of);
  });

  it('stops before the sweep with an AbortError', async () => {
    const engine = new Engine({ device: await openDevice(), weights: syntheticSet(1, presets.small) });
    await expect(engine.depth(grey, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
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
    expect(second.depth).toEqual(first.depth);
    expect(second.object).toEqual(first.object);
    expect(second.preview).toEqual(first.preview);
  });

  describe('refuses', () => {
    const refused = async (options: Parameters<Engine['reconstruct']>[1], weights = syntheticSet(1, presets.small)) => {
      const engine = new Engine({ device: await openDevice(), weights });
      try {
        return await engine.reconstruct(grey, options).then(
          () => undefined,
          (error: unknown) => error,
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

    it('weights without the network that is needed', async () => {
      const { sam, describe } = syntheticSet(1, presets.small);
      expect(await refused({ box: [5, 5, 35, 25] }, { sam, describe })).toBeInstanceOf(WeightsError);
    });
  });
});
