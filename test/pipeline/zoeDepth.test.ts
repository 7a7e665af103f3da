import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { inputsOf } from '../../src/graph/tensor.ts';
import { size } from '../../src/kernels/check.ts';
import { bandsOf } from '../../src/pipeline/zoeDepth/bands.ts';
import { passGraph } from '../../src/pipeline/zoeDepth/graphs.ts';
import { expertOf } from '../../src/pipeline/zoeDepth/router.ts';
import { networkSize, padAmount } from '../../src/pipeline/zoeDepth/size.ts';
import { mirroredRows, ZoeDepth } from '../../src/pipeline/zoeDepth/zoeDepth.ts';
import { Fixture } from '../../tools/parity/fixture.ts';
import { toWords } from '../../tools/parity/layout.ts';
import { runnerOf } from '../../tools/parity/kinds.ts';
import { zoeModule } from '../../src/pipeline/zoeDepth/module.ts';
import { bytesSource, scene, syntheticSource } from '../../weights/index.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { goldenBytes } from '../setup/goldenBytes.ts';
import { EPS, expectClose } from '../setup/numbers.ts';

/** Every stage of the first pass, then depth with and without padding and mirror average: unfused and fused. */
async function expectParity(name: string, device: Device): Promise<void> {
  const fixture = await Fixture.open(bytesSource(await goldenBytes(name), name));
  await runnerOf('zoe')(fixture, { device, close: () => undefined });
  expect(fixture.lines.filter((line) => !line.ok)).toEqual([]);
  expect(fixture.forgotten).toEqual([]);
}

// Most of the time is the first compilation of the kernels, which software drivers cache.
describe('equals the released code', { timeout: 180_000 }, () => {
  it('zoe_n: one head', async () => {
    await expectParity('zoe_n.safetensors', await testDevice());
  });

  it('zoe_k: widths, pairs of attractors, sorted centers', async () => {
    await expectParity('zoe_k.safetensors', await testDevice());
  });

  it('zoe_nk_split: the mirrored pass takes the other expert', async () => {
    await expectParity('zoe_nk_split.safetensors', await testDevice());
  });

  it('zoe_n with the workgroup-tiled kernels', async () => {
    const device = await openDevice({
      target: { linear: 'tiled', attention: 'tiled', conv: 'tiled' },
      without: ['subgroups'],
    });
    await expectParity('zoe_n.safetensors', device);
    device.dispose();
  });
});

describe('ZoeDepth', () => {
  const config = zoeConfigs.small;
  const photo = (height: number, width: number) => ({
    words: toWords({ shape: [height, width, 3], data: scene.image(4, height, width) }),
    height,
    width,
  });
  const weights = syntheticSource(zoeModule.specs(config), 7);

  it('gives the mean of the photo and its mirror image, the same bits each time, and tells how far it is', async () => {
    const device = await testDevice();
    const zoe = new ZoeDepth(sharedFor(device, weights), config);
    const given = photo(40, 52);
    const mirrored = { ...given, words: mirroredRows(given.words, 52) };
    const progress: number[] = [];
    const depth = await (await zoe.infer(given, { onProgress: (done) => progress.push(done) })).read();
    const one = await (await zoe.infer(given, { mirror: false })).read();
    const other = await (await zoe.infer(mirrored, { mirror: false })).read();
    const mean = one.map((v, i) => (v + other[i - (i % 52) + 51 - (i % 52)]) / 2);
    expectClose(depth, mean, 2 * EPS * Math.max(...mean));
    expect(await (await zoe.infer(given)).read()).toEqual(depth);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress[progress.length - 1]).toBe(1);
    await zoe.dispose();
  });

  it('compiles nothing for a second photo of the same size', async () => {
    const shared = sharedFor(await testDevice(), weights);
    const zoe = new ZoeDepth(shared, config);
    await zoe.infer(photo(40, 52));
    const { created } = shared.pipelines;
    await zoe.infer(photo(40, 52));
    expect(shared.pipelines.created).toBe(created);
    await zoe.dispose();
  });

  it('works in bands where a map does not fit into a binding, with the same bits', async () => {
    // At full size maps of 32 channels, [1, 64, 96, 32], would take 786 kB; no other map takes more than 200.
    const narrow = { ...config, seedMlp: 32, projectorMlp: 32, attractorMlp: 32 };
    const narrowWeights = syntheticSource(zoeModule.specs(narrow), 7);
    const device = await openDevice({ target: { maxBindingBytes: 200_000 } });
    const run = async (on: Device) => {
      const zoe = new ZoeDepth(sharedFor(on, narrowWeights), narrow);
      const depth = await (await zoe.infer(photo(61, 83), { mirror: false })).read();
      await zoe.dispose();
      return depth;
    };
    expect(await run(device)).toEqual(await run(await testDevice()));
    device.dispose();
  });

  it('takes a photo whose words fit into a binding, though not its colors', async () => {
    const device = await openDevice({ target: { maxBindingBytes: 4 * 450 * 600 } });
    const zoe = new ZoeDepth(sharedFor(device, weights), config);
    const depth = await (await zoe.infer(photo(450, 600), { mirror: false })).read();
    expect(depth.length).toBe(450 * 600);
    expect(depth.every((meters) => meters > 0)).toBe(true);
    device.dispose();
  });

  it('refuses panoramas whose maps do not fit, and says why', async () => {
    const device = await openDevice({ target: { maxBindingBytes: 200_000 } });
    const zoe = new ZoeDepth(sharedFor(device, weights), config);
    await expect(zoe.infer(photo(30, 200))).rejects.toThrow(/makes a map of \d+ bytes; .* at most 200000[^]*crop the/);
    device.dispose();
  });

  it('refuses photos that are too small or too narrow', async () => {
    const zoe = new ZoeDepth(sharedFor(await testDevice(), weights), config);
    await expect(zoe.infer(photo(1, 40))).rejects.toThrow(/40 x 1 pixels is too small or too narrow/);
    await expect(zoe.infer(photo(6, 900))).rejects.toThrow(/900 x 6 pixels is too small or too narrow/);
  });
});

describe('sizes', () => {
  it.each([
    [480, 640, [46, 53]],
    [61, 83, [16, 19]],
    [97, 50, [20, 15]],
  ])('%i x %i is padded by %o', (H, W, pads) => expect([padAmount(H), padAmount(W)]).toEqual(pads));

  it('the network keeps the aspect ratio, in multiples of 32', () => {
    expect(networkSize(572, 746, [384, 512])).toEqual([384, 512]);
    expect(networkSize(137, 80, [64, 64])).toEqual([96, 64]);
  });

  it('halves are rounded to the even multiple', () => {
    expect(networkSize(80, 96, [80, 96])).toEqual([64, 96]); // 2.5 -> 2
    expect(networkSize(112, 96, [112, 96])).toEqual([128, 96]); // 3.5 -> 4
  });
});

describe('bands', () => {
  it.each(['N', 'K'] as const)('ZoeD_%s at 480 x 640 stays within bindings of 128 MiB', (variant) => {
    const shape = { config: zoeConfigs[variant], height: 480, width: 640, pad: true, maxBytes: 2 ** 27 };
    const { graph, outputs } = passGraph(shape);
    // Taps join what was worked through in bands; nobody asks for them outside of comparisons.
    const wanted = new Set(Object.values(outputs).map((t) => t.root));
    const nodes = [...graph.nodes].reverse().filter((node) => {
      if (!node.outputs.some((t) => wanted.has(t))) return false;
      for (const t of inputsOf(node.inputs)) wanted.add(t.root);
      return true;
    });
    const bytes = nodes.flatMap((node) => node.outputs.map((t) => 4 * size(t)));
    expect(Math.max(...bytes)).toBeLessThanOrEqual(2 ** 27);
    expect(nodes.filter((node) => node.op.name === 'metricBins').length).toBe(variant === 'K' ? 2 : 1);
  });

  it('one when all fits', () => expect(bandsOf(10, 100, 1000)).toEqual([{ from: 0, to: 10, low: 0, high: 10 }]));

  it('several, with a row of margin inside the map', () => {
    expect(bandsOf(10, 100, 600)).toEqual([
      { from: 0, to: 4, low: 0, high: 5 },
      { from: 4, to: 8, low: 3, high: 9 },
      { from: 8, to: 10, low: 7, high: 10 },
    ]);
  });
});

describe('experts', () => {
  it('the greater logit wins, the first when equal', () => {
    expect([expertOf([1, 2]), expertOf([2, 1]), expertOf([1, 1])]).toEqual(['kitti', 'nyu', 'nyu']);
  });
});
