import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { gridOf, GridError, pointsOf } from '../../src/pipeline/mcc/grid.ts';
import { Mcc, type MccImage } from '../../src/pipeline/mcc/mcc.ts';
import { Pace } from '../../src/pipeline/mcc/pace.ts';
import type { SweepOptions } from '../../src/pipeline/mcc/sweep.ts';
import type { Completion, GridPoints } from '../../src/pipeline/roles.ts';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import { mccConfigs, type MccConfig } from '../../src/pipeline/mcc/config.ts';
import { scene, syntheticSource } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';
import { EPS, expectClose } from '../setup/numbers.ts';

const STRATEGIES = ['batched', 'layered'] as const;

/** 12 x 12 x 12 points, about half of them occupied at even odds. */
const OPTIONS = { granularity: 0.5, threshold: 0.5, sweep: 'full' } as const;

const config: MccConfig = { ...mccConfigs.small, image: 64 };

function inputOf({ image }: MccConfig, seed: number) {
  const { xyz, valid } = scene.xyzMap(seed, image / 2);
  const rgb = Float32Array.from(scene.image(seed, image, image), (v) => v / 255);
  return { rgb, xyz, valid: Uint32Array.from(valid) };
}

describe('full sweep', () => {
  let device: Device;
  let mcc: Mcc;
  let image: MccImage;
  const reference = new Map<string, Completion>();

  beforeAll(async () => {
    device = await openDevice();
    mcc = new Mcc(sharedFor(device, syntheticSource(mccModule.specs(config), 7)), config);
    image = await mcc.encode(inputOf(config, 7));
    for (const strategy of STRATEGIES) {
      reference.set(strategy, await mcc.sweep(image, { ...OPTIONS, strategy, chunk: 512 }));
    }
  });

  afterAll(async () => {
    await mcc.dispose();
    device.dispose();
  });

  it('finds some points and leaves others, in the order of the grid', () => {
    const { indices, xyz, queries, total, step } = reference.get('batched')!;
    expect([queries, total, step]).toEqual([1728, 1728, 0.5]);
    expect(indices.length).toBeGreaterThan(100);
    expect(indices.length).toBeLessThan(1628);
    expect([...indices]).toEqual([...indices].sort((a, b) => a - b));
    expect(xyz).toEqual(pointsOf(gridOf(0.5), indices));
  });

  it('keeps the logits of all points, occupied or not', () => {
    const { indices, logits, field } = reference.get('batched')!;
    const { counts, axes } = gridOf(0.5);
    expect([field.counts, field.axes]).toEqual([counts, axes]);
    expect(field.logits.length).toBe(1728);
    expect(Float32Array.from(indices, (i) => field.logits[i])).toEqual(logits);
    const above = [...field.logits.keys()].filter((i) => field.logits[i] > 0);
    expect(above).toEqual([...indices]);
    expect(field.logits.some(Number.isNaN)).toBe(false);
  });

  for (const strategy of STRATEGIES) {
    it(`${strategy}: a point's result does not depend on the chunk it is in, bit for bit`, async () => {
      const expected = reference.get(strategy)!;
      for (const chunk of [64, 100, 1728, 4096]) {
        expect(await mcc.sweep(image, { ...OPTIONS, strategy, chunk })).toEqual(expected);
      }
      expect(await mcc.sweep(image, { ...OPTIONS, strategy })).toEqual(expected);
    });

    it(`${strategy}: a point's result does not depend on other queries or their order, bit for bit`, async () => {
      const points = pointsOf(
        gridOf(0.5),
        Array.from({ length: 150 }, (_, i) => 11 * i),
      );
      const reversed = Float32Array.from(
        points,
        (_, i) => points[points.length - 3 * (Math.floor(i / 3) + 1) + (i % 3)],
      );
      const read = async (queries: Float32Array) => {
        const { pred } = await mcc.decode(image, queries, { strategy });
        return (await pred.read()) as Float32Array;
      };
      const width = 769;
      const row = (pred: Float32Array, i: number) => pred.slice(i * width, (i + 1) * width);
      const [all, backwards] = [await read(points), await read(reversed)];
      const alone = await read(points.slice(3 * 70, 3 * 71));
      expect(row(backwards, 149 - 70)).toEqual(row(all, 70));
      expect(row(backwards, 3)).toEqual(row(all, 146));
      expect(alone).toEqual(row(all, 70));
    });

    it(`${strategy}: a sweep says of a point what decoding it says`, async () => {
      const { indices, xyz, logits, colors } = reference.get(strategy)!;
      const { pred, color } = await mcc.decode(image, xyz.slice(0, 300), { strategy });
      const values = await pred.read();
      // The same features; the head's product is cut in other tiles.
      const bound = 8 * EPS * Math.sqrt(config.decoderEmbed) * 4;
      expectClose(
        logits.slice(0, 100),
        Float32Array.from({ length: 100 }, (_, i) => values[769 * i]),
        bound,
      );
      expectClose(colors.slice(0, 300), await color.read(), 20 * bound);
      expect(indices.length).toBe(logits.length);
    });
  }

  it('both strategies agree', () => {
    const [batched, layered] = STRATEGIES.map((s) => reference.get(s)!);
    expect(batched.indices).toEqual(layered.indices);
    // Two evaluations of two blocks of sums of up to 128 terms near 1.
    const bound = 8 * EPS * 2 * 4 * Math.sqrt(128) * 4;
    expectClose(batched.logits, layered.logits, bound, 'logits');
    expectClose(batched.colors, layered.colors, 10 * bound, 'colors');
  });

  it('reports how far it is and what it found meanwhile', async () => {
    const parts: GridPoints[] = [];
    const onProgress = vi.fn<(done: number, total: number, pace: { found: number; pointsPerSecond: number }) => void>();
    const result = await mcc.sweep(image, { ...OPTIONS, chunk: 512 }, { onProgress, onPartial: (p) => parts.push(p) });
    expect(onProgress.mock.calls.map(([done, total]) => [done, total])).toEqual([
      [512, 1728],
      [1024, 1728],
      [1536, 1728],
      [1728, 1728],
    ]);
    const [, , last] = onProgress.mock.calls[3];
    expect(last).toMatchObject({ found: result.indices.length, secondsLeft: 0 });
    expect(last.pointsPerSecond).toBeGreaterThan(0);
    expect(parts.flatMap((p) => [...p.indices])).toEqual([...result.indices]);
    expect(parts.flatMap((p) => [...p.colors])).toEqual([...result.colors]);
  });

  it('gives what it had found when it is aborted', async () => {
    for (const strategy of STRATEGIES) {
      const controller = new AbortController();
      const onProgress = (done: number) => done === 1024 && controller.abort();
      const result = await mcc.sweep(
        image,
        { ...OPTIONS, strategy, chunk: 512 },
        { signal: controller.signal, onProgress },
      );
      const all = reference.get(strategy)!;
      const count = all.indices.filter((i) => i < 1024).length;
      expect([result.queries, result.total, result.indices.length]).toEqual([1024, 1728, count]);
      expect(result.colors).toEqual(all.colors.slice(0, 3 * count));
      expect(result.field.logits).toEqual(all.field.logits.map((logit, i) => (i < 1024 ? logit : NaN)));
      const none = await mcc.sweep(image, { ...OPTIONS, strategy }, { signal: AbortSignal.abort() });
      expect([none.queries, none.indices.length]).toEqual([0, 0]);
      expect(none.field.logits.every(Number.isNaN)).toBe(true);
    }
  });

  it('an empty result is a result', async () => {
    const { indices, xyz, queries } = await mcc.sweep(image, { granularity: 1, threshold: 0.999999, sweep: 'full' });
    expect([indices.length, xyz.length, queries]).toEqual([0, 0, 216]);
  });

  it('takes another box', async () => {
    const gridBox = { min: [-1, -1, 0], max: [1, 1, 4] } as const;
    const result = await mcc.sweep(image, { granularity: 0.5, threshold: 1e-30, gridBox, sweep: 'full' });
    expect(result.xyz).toEqual(pointsOf(gridOf(0.5, gridBox), result.indices));
    expect(result.indices.length).toBe(128);
  });

  // Equal in counts, step and first axis: a key of these alone took one plan for both.
  it('keeps apart two boxes of one size in other places', async () => {
    const near = { min: [-1, -1, -4], max: [1, 1, 0] } as const;
    const far = { min: [-1, -1, 0], max: [1, 1, 4] } as const;
    for (const strategy of STRATEGIES) {
      const options = { granularity: 0.5, threshold: 1e-30, strategy, chunk: 128, sweep: 'full' } as const;
      const [first, second] = [
        await mcc.sweep(image, { ...options, gridBox: far }),
        await mcc.sweep(image, { ...options, gridBox: near }),
      ];
      for (const [{ xyz, indices, logits }, gridBox] of [[first, far] as const, [second, near] as const]) {
        expect(xyz).toEqual(pointsOf(gridOf(0.5, gridBox), indices));
        const { pred } = await mcc.decode(image, xyz, { strategy });
        const values = await pred.read();
        // The same features; the head's product is cut in other tiles.
        const bound = 8 * EPS * Math.sqrt(config.decoderEmbed) * 4;
        expectClose(
          logits,
          logits.map((_, i) => values[769 * i]),
          bound,
        );
      }
      expect(second.logits).not.toEqual(first.logits);
    }
  });

  it('sweeps again without allocating or building', async () => {
    await mcc.sweep(image, { ...OPTIONS, chunk: 512 });
    const spies = (['createBuffer', 'createTexture', 'createBindGroup', 'createComputePipelineAsync'] as const).map(
      (name) => vi.spyOn(device.gpu, name),
    );
    const again = await mcc.sweep(image, { ...OPTIONS, chunk: 512 });
    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    expect(again).toEqual(reference.get(device.target.sweep));
  });

  it('refuses what it cannot do', async () => {
    const sweep = (options: SweepOptions) => mcc.sweep(image, { sweep: 'full', ...options });
    await expect(sweep({ granularity: 0 })).rejects.toThrow(GridError);
    await expect(sweep({ granularity: 1, chunk: 0 })).rejects.toThrow(/chunk of 0 points/);
    await expect(sweep({ granularity: 1, threshold: 1 })).rejects.toThrow(/not between 0 and 1/);
    await expect(mcc.decode(image, new Float32Array(4))).rejects.toThrow(/4 numbers are no points/);
    await expect(mcc.encode({ ...inputOf(config, 1), rgb: new Float32Array(300) })).rejects.toThrow(/S 800 or 64/);
  });

  it('refuses an image that was encoded before', async () => {
    const old = await mcc.encode(inputOf(config, 3));
    image = await mcc.encode(inputOf(config, 7));
    expect(() => mcc.sweep(old)).toThrow(/no longer encoded/);
    await expect(mcc.decode(old, new Float32Array(3))).rejects.toThrow(/no longer encoded/);
  });

  it('runs by layers where one dispatch cannot hold the decoder', async () => {
    const odd: MccConfig = { ...config, decoderEmbed: 36, decoderHeads: 6 };
    const other = new Mcc(sharedFor(device, syntheticSource(mccModule.specs(odd), 7)), odd);
    const encoded = await other.encode(inputOf(odd, 7));
    const layered = await other.sweep(encoded, { granularity: 2, sweep: 'full' });
    expect([layered.queries, layered.strategy]).toEqual([27, 'layered']);
    const preferred = device.target.sweep === 'batched' ? /^not batched: heads have 6 features/ : /^$/;
    expect(layered.why ?? '').toMatch(preferred);
    const batched = other.sweep(encoded, { granularity: 2, strategy: 'batched', sweep: 'full' });
    await expect(batched).rejects.toThrow(/heads have 6 features.*layer by layer/s);
    await other.dispose();
  });
});

describe('full sweep, tiled kernels', () => {
  it('both strategies agree', async () => {
    const tiled = { linear: 'tiled', attention: 'tiled', conv: 'tiled' } as const;
    const device = await openDevice({ target: tiled, without: ['subgroups'] });
    const mcc = new Mcc(sharedFor(device, syntheticSource(mccModule.specs(config), 7)), config);
    const image = await mcc.encode(inputOf(config, 7));
    const options = { granularity: 1, threshold: 0.5, sweep: 'full' } as const;
    const [batched, layered] = [
      await mcc.sweep(image, { ...options, strategy: 'batched', chunk: 100 }),
      await mcc.sweep(image, { ...options, strategy: 'layered', chunk: 128 }),
    ];
    expect(batched.indices).toEqual(layered.indices);
    expectClose(batched.logits, layered.logits, 8 * EPS * 2 * 4 * Math.sqrt(128) * 4, 'logits');
    await mcc.dispose();
    device.dispose();
  });
});

describe('Pace', () => {
  const limits = { first: 100, min: 64, max: 1000, budgetMs: 100 };

  it('starts with a power of two, grows at most fourfold and stays below the most', () => {
    const pace = new Pace(limits);
    expect(pace.size).toBe(64);
    pace.learn(1);
    expect(pace.size).toBe(256);
    pace.learn(1);
    expect(pace.size).toBe(512);
    pace.learn(1);
    expect(pace.size).toBe(512);
  });

  it('shrinks only when far too slow, and not below the minimum', () => {
    const pace = new Pace({ ...limits, first: 512 });
    pace.learn(150);
    expect(pace.size).toBe(512);
    pace.learn(1e6);
    expect(pace.size).toBe(128);
    for (let i = 0; i < 5; i++) pace.learn(1e6);
    expect(pace.size).toBe(64);
  });

  it('what fits counts more than what is worth while', () => {
    expect(new Pace({ ...limits, max: 40 }).size).toBe(32);
  });

  it('follows a shorter time at once, and a longer one after the next chunk', () => {
    const limits = { first: 512, min: 64, max: 1000, budgetMs: 100 };
    const pace = new Pace(limits);
    pace.learn(100);
    limits.budgetMs = 25;
    expect(pace.size).toBe(128);
    limits.budgetMs = 100;
    expect(pace.size).toBe(128);
    pace.learn(25);
    expect(pace.size).toBe(512);
  });

  it('is not impressed by one slow chunk', () => {
    const pace = new Pace({ ...limits, first: 512 });
    pace.learn(100);
    pace.learn(1000);
    expect(pace.size).toBe(512);
    pace.learn(100);
    expect(pace.size).toBe(512);
  });
});
