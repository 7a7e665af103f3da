import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { layerNormOp } from '../../src/graph/ops/rows.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import type { Recorded } from '../../src/pipeline/planCache.ts';
import { encoderGraph, promptGraph } from '../../src/pipeline/sam/graphs.ts';
import type { SamPrompt } from '../../src/pipeline/sam/prompt.ts';
import { Sam, type SamImage } from '../../src/pipeline/sam/sam.ts';
import { runnerOf } from '../../tools/parity/kinds.ts';
import { Fixture } from '../../tools/parity/fixture.ts';
import { toWords } from '../../tools/parity/layout.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { bytesSource, scene, syntheticSource } from '../../weights/index.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { goldenBytes } from '../setup/goldenBytes.ts';

const TILED = { linear: 'tiled', attention: 'tiled', conv: 'tiled' } as const;

/** Every stage of the encoder, tokens, decoder stages, masks of all tokens, quality, logits: fused and unfused. */
async function expectParity(name: string, device: Device): Promise<void> {
  const fixture = await Fixture.open(bytesSource(await goldenBytes(name), name));
  await runnerOf('sam')(fixture, { device, close: () => undefined });
  expect(fixture.lines.filter((line) => !line.ok)).toEqual([]);
  expect(fixture.forgotten).toEqual([]);
}

describe('equals the released code', () => {
  it('sam_a: 256 pixels, windows of 6, a wide photo', async () => {
    await expectParity('sam_a.safetensors', await testDevice());
  });

  it('sam_b: 128 pixels, windows of 3, heads of 16 and 24, a tall photo', async () => {
    await expectParity('sam_b.safetensors', await testDevice());
  });

  it('sam_b with the workgroup-tiled kernels', async () => {
    const device = await openDevice({ target: TILED, without: ['subgroups'] });
    await expectParity('sam_b.safetensors', device);
    device.dispose();
  });
});

describe('quirks too small for the tolerance of the comparison', () => {
  const epsilons = ({ graph }: Recorded, scope: RegExp) =>
    new Set(
      graph.nodes
        .filter((n) => layerNormOp.is(n))
        .filter((n) => scope.test(n.scope))
        .map((n) => n.attributes.eps),
    );

  it('norms of the two-way transformer have 1e-5, all others 1e-6', () => {
    const decoder = promptGraph({ config: samConfigs.small, batch: 1, count: 2, hasMask: true });
    expect(epsilons(decoder, /^decoder(\.layer\d)?$/)).toEqual(new Set([1e-5]));
    expect(epsilons(decoder, /^(decoder\.upscaling)?$/)).toEqual(new Set([1e-6]));
    expect(epsilons(encoderGraph({ config: samConfigs.small }), /./)).toEqual(new Set([1e-6]));
  });
});

describe('Sam', () => {
  const config = samConfigs.small;
  const size = { height: 61, width: 83 };
  const words = toWords({ shape: [61, 83, 3], data: scene.image(4, 61, 83) });
  const box = [10, 12, 70, 50] as const;
  let device: Device;
  let sam: Sam;
  let image: SamImage;

  beforeAll(async () => {
    device = await openDevice();
    sam = new Sam(sharedFor(device, syntheticSource(samModule.specs(config), 7)), config);
    image = await sam.encode({ words, ...size });
  });

  afterAll(async () => {
    await sam.dispose();
    device.dispose();
  });

  it('answers a box with the single mask, at the size of the photo', async () => {
    const { lowRes, iou, tokens, logits, mask } = await sam.prompt(image, { boxes: [box] });
    expect([lowRes.shape, logits.shape, mask.shape]).toEqual([
      [1, 4, 64, 64],
      [1, 61, 83],
      [1, 61, 83],
    ]);
    expect([iou.length, tokens]).toEqual([4, [0]]);
    const values = await logits.read();
    expect(await mask.read()).toEqual(Uint32Array.from(values, (v) => (v > 0 ? 1 : 0)));
  });

  it('answers a single point with the best of the multi-mask answers, unless told otherwise', async () => {
    const points = [{ x: 40, y: 30, label: 1 }] as const;
    const best = await sam.prompt(image, { points });
    const quality = [...best.iou];
    expect(best.tokens).toEqual([quality.indexOf(Math.max(...quality.slice(1)))]);
    const single = await sam.prompt(image, { points, multimask: false });
    expect(single.tokens).toEqual([0]);
    expect(single.iou).toEqual(best.iou);
    const two = await sam.prompt(image, { points: [...points, { x: 1, y: 1, label: 0 }] });
    expect(two.tokens).toEqual([0]);
  });

  it('two boxes give the masks of each alone', async () => {
    const boxes = [box, [3, 3, 40, 40]] as const;
    const both = await sam.prompt(image, { boxes });
    const logits = await both.logits.read();
    expect(both.tokens).toEqual([0, 0]);
    for (const [b, one] of boxes.entries()) {
      const alone = await sam.prompt(image, { boxes: [one] });
      const expected = (await alone.logits.read()) as Float32Array;
      const actual = logits.slice(b * 61 * 83, (b + 1) * 61 * 83);
      const worst = expected.reduce((most, v, i) => Math.max(most, Math.abs(v - actual[i])), 0);
      // The same sums in the same order; only the tiles of a batch may lie otherwise.
      expect(worst).toBeLessThan(1e-5);
    }
  });

  it('answers with three candidates, best first, each with what a later prompt needs', async () => {
    const points = [{ x: 40, y: 30, label: 1 }] as const;
    const { candidates, chosen } = await sam.answer(image, { points });
    const { iou, tokens, mask } = await sam.prompt(image, { points });
    expect(chosen).toBe(0);
    expect(candidates.map((c) => c.quality)).toEqual([...iou.slice(1)].sort((a, b) => b - a));
    expect(candidates[0].quality).toBe(iou[tokens[0]]);
    expect(candidates[0].mask).toEqual(Uint8Array.from(await mask.read()));
    for (const { lowRes, stability } of candidates) {
      expect(lowRes.length).toBe(64 * 64);
      expect(stability).toBeGreaterThanOrEqual(0);
      expect(stability).toBeLessThanOrEqual(1);
    }
    expect((await sam.answer(image, { points, multimask: false })).candidates.length).toBe(1);
    expect((await sam.answer(image, { box })).candidates.length).toBe(1);
  });

  it('tells how little a mask depends on the threshold, as calculate_stability_score does', async () => {
    const { candidates } = await sam.answer(image, { box });
    const logits = (await (await sam.prompt(image, { boxes: [box] })).logits.read()) as Float32Array;
    const over = (limit: number) => logits.reduce((n, v) => n + (v > limit ? 1 : 0), 0);
    expect(over(-1)).toBeGreaterThan(over(1));
    expect(candidates[0].stability).toBe(over(1) / over(-1));
  });

  it('takes an earlier answer as a mask prompt, alone too', async () => {
    const { lowRes } = await sam.prompt(image, { boxes: [box] });
    const maskInput = ((await lowRes.read()) as Float32Array).slice(0, 64 * 64);
    const read = async (prompt: SamPrompt) => (await sam.prompt(image, prompt)).logits.read();
    const [plain, refined] = [await read({ boxes: [box] }), await read({ boxes: [box], maskInput })];
    const alone = await read({ maskInput });
    expect(refined).not.toEqual(plain);
    expect(alone).not.toEqual(refined);
  });

  it('prompts again, and encodes another photo of that size, without allocating or building', async () => {
    await sam.prompt(image, { boxes: [box] });
    const spies = (['createBuffer', 'createTexture', 'createBindGroup', 'createComputePipelineAsync'] as const).map(
      (name) => vi.spyOn(device.gpu, name),
    );
    const first = await (await sam.prompt(image, { boxes: [[1, 1, 80, 60]] })).logits.read();
    const other = await sam.encode({ words: words.map((w) => (w ^ 0xffffff) >>> 0), ...size });
    const second = await (await sam.prompt(other, { boxes: [[1, 1, 80, 60]] })).logits.read();
    expect(second).not.toEqual(first);
    const again = await sam.encode({ words, ...size });
    expect(await (await sam.prompt(again, { boxes: [[1, 1, 80, 60]] })).logits.read()).toEqual(first);
    // The buffer of each encoded photo is all that is new.
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([2, 0, 0, 0]);
    // Photos stay encoded beside each other.
    expect(await (await sam.prompt(image, { boxes: [[1, 1, 80, 60]] })).logits.read()).toEqual(first);
    for (const one of [other, again]) one.release();
  });

  it('refuses a prompt outside the photo before anything runs', async () => {
    await expect(sam.prompt(image, { boxes: [[0, 0, 90, 50]] })).rejects.toThrow(/lies outside a photo of 83 x 61/);
    await expect(sam.encode({ words: new Uint32Array(600), height: 600, width: 1 })).rejects.toThrow(/too narrow/);
  });
});
