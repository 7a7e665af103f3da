import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/pipeline/engine.ts';
import { NetworkPool, type PoolOptions } from '../../src/pipeline/networks.ts';
import { networks, presets, syntheticSet as registeredSet } from '../../src/pipeline/registry.ts';
import {
  fileSet,
  recognizeFiles,
  specsOf,
  syntheticSet,
  syntheticTensors,
  syntheticTorch,
  syntheticWeight,
  WeightsError,
  weightsOf,
  type Scheme,
  type WeightSet,
} from '../../weights/index.ts';
import { testDevice } from '../setup/evaluate.ts';
import { joined, writtenFile } from '../weights/files.ts';
import { toyModule } from './toySegmenter/module.ts';
import { ToySegmenter } from './toySegmenter/model.ts';

/** All networks, and one more segmenter. */
const modules = [...networks, toyModule] as const;
const SEED = 5;
const configs = { ...presets.small, toy: toyModule.configs.large };

const toySpecs = specsOf(toyModule, 'large');

/** A file of the toy's weights. */
const toyFile = (scheme: Scheme) =>
  writtenFile(syntheticTensors(toySpecs, { seed: SEED, scheme, dtype: 'F32' }), 'toy.safetensors');

async function poolOf(weights: WeightSet, { keep = true, ...options }: PoolOptions & { keep?: boolean } = {}) {
  return new NetworkPool(await testDevice(), weights, keep, { modules, ...options });
}

describe('a network that is a folder and a line', () => {
  const [width, height] = [4, 3];
  const words = Uint32Array.from(
    { length: width * height },
    (_, i) => (Math.imul(i + 1, 2654435761) | 0xff000000) >>> 0,
  );
  const point = { x: 2, y: 1, label: 1 } as const;

  /** The toy's logits in plain loops. */
  function expectedLogits(): number[] {
    const { channels } = configs.toy;
    const weight = (name: string, ...shape: number[]) => syntheticWeight(SEED, name, shape);
    const dense = (name: string, x: number[]): number[] => {
      const [w, b] = [weight(`${name}.weight`, channels, x.length), weight(`${name}.bias`, channels)];
      return Array.from(b, (bias, c) => x.reduce((sum, v, i) => sum + v * w[c * x.length + i], bias));
    };
    const features = Array.from(words, (word) => {
      const color = [word & 255, (word >> 8) & 255, (word >> 16) & 255].map((byte) => byte / 255);
      return dense('toy.features', color).map((v) => Math.max(0, v));
    });
    const query = dense('toy.query', features[point.y * width + point.x]);
    return features.map((pixel) => query.reduce((sum, q, c) => sum + q * pixel[c], weight('toy.bias', 1)[0]));
  }

  it.each(['official', 'huggingface'] as const)('plays its role from a file in %s names', async (scheme) => {
    const file = await toyFile(scheme);
    expect(recognizeFiles(modules, [file])).toEqual({ network: toyModule, scheme, config: 'large' });
    const set = fileSet(modules, 'toy.safetensors', [file]);
    expect(set.toy?.config).toBe(configs.toy);

    const pool = await poolOf(set);
    const segmenter = await pool.get('segment');
    const embedding = await segmenter.encode({ words, width, height });
    const { candidates } = await segmenter.answer(embedding, { points: [point] });
    const logits = expectedLogits();
    candidates[0].lowRes.forEach((logit, i) => expect(logit).toBeCloseTo(logits[i], 5));
    expect([...candidates[0].mask]).toEqual(logits.map((logit) => (logit > 0 ? 1 : 0)));

    // The second path through the network reads a tensor of its own.
    const { lowRes } = candidates[0];
    const again = await segmenter.answer(embedding, { points: [point], previous: lowRes });
    const [scale] = syntheticWeight(SEED, 'toy.previous', [1]);
    again.candidates[0].lowRes.forEach((logit, i) => expect(logit).toBeCloseTo(lowRes[i] * (1 + scale), 5));
    await pool.dispose();
  });

  it('has tensors as its graphs read them, and those that nobody reads', () => {
    expect(Object.fromEntries([...toySpecs.tensors].map(([name, { shape, used }]) => [name, [shape, used]]))).toEqual({
      'toy.features.weight': [[8, 3], true],
      'toy.features.bias': [[8], true],
      'toy.query.weight': [[8, 8], true],
      'toy.query.bias': [[8], true],
      'toy.bias': [[1], true],
      'toy.previous': [[1], true],
      'toy.steps': [[1], false],
    });
    expect(specsOf(toyModule, 'large')).toBe(toySpecs);
  });

  it('is told apart from the others, and its configurations from one another', async () => {
    const file = await toyFile('official');
    expect(() => fileSet(modules, 'f', [file], { toy: toyModule.configs.small })).toThrow(
      'The file is Toy large, but the configuration is Toy small. Change one of them.',
    );
    expect(() => fileSet(networks, 'f', [file])).toThrow('expected tensors of SAM, ZoeDepth or MCC');
    const other = await writtenFile([{ name: 'x', dtype: 'F32', shape: [1], data: new Float32Array(1) }], 'x');
    expect(() => fileSet(modules, 'x', [other])).toThrow('expected tensors of SAM, ZoeDepth, MCC or Toy');
  });

  it('has files of torch, with the state dict bare', async () => {
    const { content } = syntheticTorch(toySpecs, { seed: SEED, dtype: 'F32' });
    expect(new TextDecoder('latin1').decode(await joined(content))).not.toContain('model');
  });
});

describe('the pool', () => {
  const all = syntheticSet(modules, SEED, configs);

  it('takes the first network of a role, unless another is chosen', async () => {
    const first = await poolOf(all);
    expect(first.moduleOf('segment').id).toBe('sam');
    expect(['depth', 'complete'].map((role) => first.moduleOf(role as 'depth').id)).toEqual(['zoe', 'mcc']);
    const chosen = await poolOf(all, { choice: { segment: 'toy' } });
    expect(await chosen.get('segment')).toBeInstanceOf(ToySegmenter);
    await chosen.dispose();
  });

  it('takes the network whose weights are there', async () => {
    const pool = await poolOf(syntheticSet(modules, SEED, { toy: configs.toy }));
    expect(pool.moduleOf('segment')).toBe(toyModule);
  });

  it('says which weights are missing', async () => {
    const { zoe, describe } = all;
    const pool = await poolOf({ zoe, describe } as WeightSet);
    await expect(pool.get('segment')).rejects.toThrow(
      'synthetic:5: expected weights of SAM or Toy, found only ZoeDepth.\n  Add a file of SAM or Toy (.safetensors,',
    );
    await expect(pool.get('complete')).rejects.toThrow('expected weights of MCC, found only ZoeDepth');
    const none = await poolOf({ describe: 'nothing' });
    await expect(none.get('depth')).rejects.toThrow('nothing: expected weights of ZoeDepth, found no weights.');
    const absent = await poolOf(syntheticSet(modules, SEED, presets.small), { choice: { segment: 'toy' } });
    await expect(absent.get('segment')).rejects.toThrow(
      'expected weights of Toy, found only SAM, ZoeDepth, MCC and MCC for scenes.',
    );
    expect(() => weightsOf(all, { ...toyModule, id: 'other' })).toThrow(WeightsError);
  });

  it('names a choice that does not exist', async () => {
    const pool = await poolOf(all, { choice: { segment: 'zoe' } });
    await expect(pool.get('segment')).rejects.toThrow(
      'expected a network for the role "segment", found the choice "zoe".\n  Choose one of: sam, toy.',
    );
    const engine = new Engine({
      ...{ device: await testDevice(), weights: registeredSet(SEED, presets.small), networks: { segment: 'toy' } },
    });
    const photo = { width: 4, height: 4, rgba: new Uint8Array(64).fill(255) };
    await expect(engine.segment(photo, { box: [0, 0, 4, 4] })).rejects.toThrow('Choose one of: sam.');
  });

  it('opens a network once, and closes it to make room only where it has to', async () => {
    const keeping = await poolOf(all, { choice: { segment: 'toy' } });
    const kept = await keeping.get('segment');
    await keeping.get('depth');
    expect(await keeping.get('segment')).toBe(kept);
    await keeping.dispose();
    expect(await keeping.get('segment')).not.toBe(kept);

    const single = await poolOf(all, { choice: { segment: 'toy' }, keep: false });
    const one = await single.get('segment');
    expect(await single.get('segment')).toBe(one);
    await single.get('depth');
    expect(await single.get('segment')).not.toBe(one);
    await single.dispose();
  });
});
