import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { layerNormOp } from '../../src/graph/ops/rows.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { conv2dRef } from '../../src/kernels/conv2d/conv2d.ref.ts';
import { layerNormRef } from '../../src/kernels/layerNorm/layerNorm.ref.ts';
import { geluRef } from '../../src/kernels/shared/activations.ref.ts';
import type { Recorded } from '../../src/pipeline/planCache.ts';
import { encoderGraph, promptGraph } from '../../src/pipeline/sam/graphs.ts';
import { densePrompt } from '../../src/pipeline/sam/promptEncoder.ts';
import { Sam, type SamImage } from '../../src/pipeline/sam/sam.ts';
import { runnerOf } from '../../tools/parity/kinds.ts';
import { Fixture } from '../../tools/parity/fixture.ts';
import { toWords } from '../../tools/parity/layout.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { bytesSource, scene, syntheticSource, syntheticWeight } from '../../weights/index.ts';
import { samConfigs, type SamConfig } from '../../src/pipeline/sam/config.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { goldenBytes } from '../setup/goldenBytes.ts';
import { expectClose, maxAbs, sumBound } from '../setup/numbers.ts';

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

const SEED = 7;

/** The mask prompt's embedding by the kernels' references: logits [side, side] -> [side / 4, side / 4, out]. */
function densePromptRef(logits: ArrayLike<number>, side: number, { out, maskChannels }: SamConfig): Float64Array {
  const name = 'prompt_encoder.mask_downscaling';
  const weight = (part: string, shape: readonly number[]) => syntheticWeight(SEED, `${name}.${part}`, shape);
  const conv = (layer: number, x: ArrayLike<number>, H: number, C: number, O: number, kernel: number) =>
    conv2dRef(
      x,
      weight(`${layer}.weight`, [O, C, kernel, kernel]),
      { ...{ B: 1, H, W: H, C, O, kernel }, stride: kernel, padding: 0, groups: 1 },
      { bias: weight(`${layer}.bias`, [O]) },
    );
  const normed = (layer: number, x: ArrayLike<number>, C: number) =>
    layerNormRef(x, weight(`${layer}.weight`, [C]), weight(`${layer}.bias`, [C]), C, 1e-6).map(geluRef);
  const quarter = maskChannels / 4;
  const half = normed(1, conv(0, logits, side, 1, quarter, 2), quarter);
  const small = normed(4, conv(3, half, side / 2, quarter, maskChannels, 2), maskChannels);
  return conv(6, small, side / 4, maskChannels, out, 1);
}

describe('Sam', () => {
  const config = samConfigs.small;
  const size = { height: 61, width: 83 };
  const words = toWords({ shape: [61, 83, 3], data: scene.image(4, 61, 83) });
  const box = [10, 12, 70, 50] as const;
  const source = syntheticSource(samModule.specs(config), SEED);
  let device: Device;
  let sam: Sam;
  let image: SamImage;

  beforeAll(async () => {
    device = await openDevice();
    sam = new Sam(sharedFor(device, source), config);
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
      // The same sums in the same order; only a batch may be cut into other tiles.
      expectClose(actual, expected, 1e-5);
    }
  });

  it('answers with three candidates, best first, each with what a later prompt needs', async () => {
    const points = [{ x: 40, y: 30, label: 1 }] as const;
    const { candidates, chosen } = await sam.answer(image, { points });
    const { lowRes, iou, tokens, mask } = await sam.prompt(image, { points });
    expect(chosen).toBe(0);
    expect(candidates.map((c) => c.quality)).toEqual([...iou.slice(1)].sort((a, b) => b - a));
    expect(candidates[0].quality).toBe(iou[tokens[0]]);
    expect(candidates[0].mask).toEqual(Uint8Array.from(await mask.read()));
    const all = await lowRes.read();
    for (const candidate of candidates) {
      const token = iou.indexOf(candidate.quality);
      expect(candidate.lowRes).toEqual(all.slice(token * 64 * 64, (token + 1) * 64 * 64));
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

  describe('takes an earlier answer as a mask prompt', () => {
    let previous: Float32Array;
    beforeAll(async () => void (previous = (await sam.answer(image, { box })).candidates[0].lowRes));

    it.each([
      ['beside a box', box],
      ['alone', undefined],
    ] as const)('%s, the same by `previous` and by `maskInput`', async (_, besides) => {
      const boxes = besides && [besides];
      const { lowRes, iou, mask } = await sam.prompt(image, { boxes, maskInput: previous });
      const logits = (await lowRes.read()).slice(0, 64 * 64);
      const pixels = Uint8Array.from(await mask.read());
      const { candidates } = await sam.answer(image, { box: besides, previous });
      expect(candidates).toMatchObject([{ lowRes: logits, quality: iou[0], mask: pixels }]);
    });

    it('embedded by the convolutions of the prompt encoder', async () => {
      const graph = new Graph();
      const logits = graph.input('logits', [1, 64, 64, 1]);
      const shared = sharedFor(device, source);
      const plan = await compile(shared, graph, { outputs: { dense: densePrompt(logits, config) } });
      const dense = await (await plan.run({ logits: previous })).dense.read();
      plan.dispose();
      shared.constants.dispose();
      const expected = densePromptRef(previous, 64, config);
      // Three products of at most `maskChannels` terms, each after a norm that brings values to about 1.
      expectClose(dense, expected, 3 * sumBound(config.maskChannels, Math.max(1, maxAbs(expected))));
    });

    it('which stands in for `no_mask_embed`, added to the embedding of the photo', async () => {
      const run = async (hasMask: boolean, embedding: Float32Array) => {
        const shared = sharedFor(device, source);
        const { graph, outputs } = promptGraph({ config, batch: 1, count: 0, hasMask });
        const plan = await compile(shared, graph, { outputs });
        const { lowRes } = await plan.run({ embedding, ...(hasMask && { mask: previous }) });
        const values = await lowRes.read();
        plan.dispose();
        shared.constants.dispose();
        return values;
      };
      const embedding = (await image.embedding.read()) as Float32Array;
      const dense = densePromptRef(previous, 64, config);
      const { out } = config;
      const none = syntheticWeight(SEED, 'prompt_encoder.no_mask_embed.weight', [1, out]);
      const moved = embedding.map((v, i) => v + dense[i] - none[i % out]);
      const [masked, expected] = [await run(true, embedding), await run(false, moved)];
      // Roundings of the sum pass through the decoder: docs/numerics.md allows one network 1.6e-5 of the largest value.
      expectClose(masked, expected, 1.6e-5 * maxAbs(expected));
    });
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
