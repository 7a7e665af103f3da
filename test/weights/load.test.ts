import { describe, expect, it } from 'vitest';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { zoeModule } from '../../src/pipeline/zoeDepth/module.ts';
import { networks } from '../../src/pipeline/registry.ts';
import { fourierMatrix } from '../../src/pipeline/sam/names.ts';
import { mccModule, mccSceneModule } from '../../src/pipeline/mcc/module.ts';
import { type MccConfig, mccConfigs, sceneConfigs } from '../../src/pipeline/mcc/config.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';
import type { Dtype } from '../../weights/dtype.ts';
import { WeightsError } from '../../weights/errors.ts';
import { decodeBF16, decodeF16, encodeBF16, encodeF16 } from '../../weights/float16.ts';
import { fileSource, filesByNetwork, recognizeFiles, syntheticSource } from '../../weights/load.ts';
import { type Scheme, namesInScheme } from '../../weights/names/index.ts';
import type { TensorToWrite } from '../../weights/tensorToWrite.ts';
import type { NetworkDescription, NetworkSpecs } from '../../weights/network.ts';
import { syntheticWeight } from '../../weights/synthetic.ts';
import { writtenFile } from './files.ts';

const sam = samModule.specs({ ...samConfigs.small, depth: 2, embed: 16, out: 8, decoderMlp: 8, iouHidden: 8 });
const zoe = zoeModule.specs({
  ...zoeConfigs.small,
  embed: 8,
  neck: [4, 4, 4, 4],
  features: 4,
  nativeGrid: 2,
});
const zoeNk = zoeModule.specs({
  ...zoeConfigs.NK,
  ...{
    depth: 4,
    hooks: [0, 1, 2, 3],
    embed: 8,
    heads: 2,
    neck: [4, 4, 4, 4],
    features: 4,
    nativeGrid: 2,
    bins: 4,
    binEmbed: 8,
    classes: 2,
  },
  ...{ router: 4, routerMlp: 8, routerLayers: 1, seedMlp: 4, projectorMlp: 4, attractorMlp: 4 },
});
const tinyMcc: MccConfig = { ...mccConfigs.small, embed: 24, depth: 1, decoderEmbed: 8, decoderDepth: 1, image: 32 };
const mcc = mccModule.specs(tinyMcc);

const seed = 11;

/** The synthetic weights of a network as tensors of a file. */
function tensorsOf(specs: NetworkSpecs, scheme: Scheme, dtype: Dtype = 'F32'): TensorToWrite[] {
  const tensors: TensorToWrite[] = [];
  for (const [official, spec] of specs.tensors) {
    if (spec.dtype === 'I64') {
      if (scheme === 'official') {
        const data = new BigInt64Array(spec.shape.reduce((a, b) => a * b));
        tensors.push({ name: official, dtype: 'I64', shape: spec.shape, data });
      }
      continue;
    }
    const values = syntheticWeight(seed, official, spec.shape);
    const names = namesInScheme(official, { network: specs.network, scheme });
    names.forEach((name, i) => {
      const data = values.subarray((values.length / names.length) * i, (values.length / names.length) * (i + 1));
      tensors.push({ name, dtype, shape: [spec.shape[0] / names.length, ...spec.shape.slice(1)], data });
    });
  }
  return tensors;
}

const load = async (tensors: TensorToWrite[], specs: NetworkSpecs, name = 'tiny.safetensors') =>
  fileSource(networks, [await writtenFile(tensors, name)], specs);

/** The error that a file with these tensors gives. */
async function failure(tensors: TensorToWrite[], specs: NetworkSpecs, name?: string): Promise<WeightsError> {
  const error: unknown = await load(tensors, specs, name).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(WeightsError);
  return error as WeightsError;
}

const files: [what: string, scheme: Scheme, specs: NetworkSpecs][] = [
  ['SAM', 'official', sam],
  ['SAM', 'huggingface', sam],
  ['ZoeDepth N', 'official', zoe],
  ['ZoeDepth N', 'huggingface', zoe],
  ['ZoeDepth NK', 'official', zoeNk],
  ['ZoeDepth NK', 'huggingface', zoeNk],
  ['MCC', 'official', mcc],
];

describe('files', () => {
  it.each(files)('%s, %s names: every tensor is the one that was written', async (_what, scheme, specs) => {
    const source = await load(tensorsOf(specs, scheme), specs);
    for (const [name, { shape, used }] of specs.tensors) {
      expect(source.has(name)).toBe(used);
      if (used) expect(await source.tensor(name, shape), name).toEqual(syntheticWeight(seed, name, shape));
    }
    expect(source.has('none')).toBe(false);
    expect(source.describe).toBe(`tiny.safetensors (${scheme} names)`);
  });

  it.each([
    ['F16', (v: Float32Array) => decodeF16(encodeF16(v))],
    ['BF16', (v: Float32Array) => decodeBF16(encodeBF16(v))],
    ['F64', (v: Float32Array) => v],
  ] as const)('%s is decoded to f32', async (dtype, rounded) => {
    const source = await load(tensorsOf(zoe, 'huggingface', dtype), zoe);
    const [name, shape] = ['core.core.pretrained.model.blocks.0.attn.qkv.weight', [24, 8]] as const;
    expect(await source.tensor(name, shape)).toEqual(rounded(syntheticWeight(seed, name, shape)));
  });

  it('shards are one checkpoint, even when they part query from key', async () => {
    const tensors = tensorsOf(zoe, 'huggingface');
    const shard = (rest: number) =>
      writtenFile(
        tensors.filter((_, i) => i % 3 === rest),
        `model-0000${rest + 1}-of-00003.safetensors`,
      );
    const source = fileSource(networks, [await shard(0), await shard(1), await shard(2)], zoe);
    for (const [name, { shape, used }] of zoe.tensors) {
      if (used) expect(await source.tensor(name, shape), name).toEqual(syntheticWeight(seed, name, shape));
    }
  });

  it('a shard may hold only tensors whose names do not begin as any network’s do', async () => {
    const isEncoder = ({ name }: TensorToWrite) => name.startsWith('image_encoder.');
    const tensors = tensorsOf(sam, 'official');
    const files = [
      await writtenFile(
        tensors.filter((t) => !isEncoder(t)),
        'a.safetensors',
      ),
      await writtenFile(tensors.filter(isEncoder), 'b.safetensors'),
      await writtenFile(tensorsOf(mcc, 'official'), 'c.safetensors'),
    ];
    const groups = filesByNetwork(networks, files);
    expect(groups.get(samModule as NetworkDescription)).toEqual(files.slice(0, 2));
    expect(groups.get(mccModule as NetworkDescription)).toEqual([files[2]]);
    const none = await writtenFile(
      [{ name: 'x', dtype: 'F32', shape: [1], data: new Float32Array(1) }],
      'none.safetensors',
    );
    expect(() => filesByNetwork(networks, [none])).toThrow(WeightsError);
  });

  it.each(['module.model.', '_orig_mod.', 'module._orig_mod.'])('the prefix %s does not matter', async (prefix) => {
    const renamed = tensorsOf(mcc, 'official').map((t) => ({ ...t, name: `${prefix}${t.name}` }));
    const source = await load(renamed, mcc);
    expect(await source.tensor('norm.bias', [24])).toEqual(syntheticWeight(seed, 'norm.bias', [24]));
  });

  it('the Fourier matrix may have either Hugging Face name, or both', async () => {
    const other = 'prompt_encoder.shared_embedding.positional_embedding';
    const usual = 'shared_image_embedding.positional_embedding';
    const tensors = tensorsOf(sam, 'huggingface');
    const matrix = tensors.find(({ name }) => name === usual)!;
    const expected = syntheticWeight(seed, fourierMatrix, [2, 4]);
    const renamed = tensors.map((t) => (t === matrix ? { ...t, name: other } : t));
    expect(await (await load(renamed, sam)).tensor(fourierMatrix, [2, 4])).toEqual(expected);
    const both = [...tensors, { ...matrix, name: other }];
    expect(await (await load(both, sam)).tensor(fourierMatrix, [2, 4])).toEqual(expected);
  });

  it('what inference never reads may be absent or of any size', async () => {
    const used = tensorsOf(zoe, 'official').filter(({ name }) => zoe.tensors.get(name)!.used);
    const { name, shape } = used[0];
    const values = syntheticWeight(seed, name, shape);
    expect(await (await load(used, zoe)).tensor(name, shape)).toEqual(values);
    const head = {
      name: 'core.core.pretrained.model.head.bias',
      dtype: 'F32',
      shape: [3],
      data: new Float32Array(3),
    } as const;
    expect(await (await load([...used, head], zoe)).tensor(name, shape)).toEqual(values);
  });

  it('are recognized, with the name of their configuration', async () => {
    const small = mccModule.specs(mccConfigs.small);
    const file = await writtenFile(tensorsOf(small, 'official'), 'x');
    expect(recognizeFiles(networks, [file])).toEqual({ network: mccModule, scheme: 'official', config: 'small' });
    const other = await writtenFile(tensorsOf(zoeNk, 'huggingface'), 'x');
    expect(recognizeFiles(networks, [other])).toEqual({ network: zoeModule, scheme: 'huggingface', config: undefined });
  });
});

describe('files of MCC', () => {
  const tensors = (specs: NetworkSpecs) => tensorsOf(specs, 'official');
  const marked = (list: TensorToWrite[], id = 'mccScene') => writtenFile(list, `${id}.safetensors`, { network: id });

  it('are for scenes if their metadata say so, and for objects otherwise', async () => {
    const [object, regressed] = [mccConfigs.small, sceneConfigs.smallRegress];
    const list = tensors(mccModule.specs(object));
    const [forObjects, forScenes] = [await writtenFile(list, 'mcc.safetensors'), await marked(list)];
    expect(recognizeFiles(networks, [forObjects])).toMatchObject({ network: mccModule, config: 'small' });
    expect(recognizeFiles(networks, [forScenes])).toMatchObject({ network: mccSceneModule, config: 'small' });
    const other = await marked(tensors(mccSceneModule.specs(regressed)));
    expect(recognizeFiles(networks, [other])).toMatchObject({ network: mccSceneModule, config: 'smallRegress' });
    expect([...filesByNetwork(networks, [forScenes, forObjects]).keys()]).toEqual([mccSceneModule, mccModule]);
    expect(() => fileSource(networks, [forObjects], mccSceneModule.specs(sceneConfigs.small))).toThrow(
      /expected weights of MCC for scenes, found weights of MCC\./,
    );
    expect(() => fileSource(networks, [forScenes], mccModule.specs(object))).toThrow(
      /expected weights of MCC, found weights of MCC for scenes\./,
    );
  });

  it('with a mark that is not theirs fit nothing', async () => {
    const file = await marked(tensors(mccModule.specs(mccConfigs.small)), 'sam');
    expect(() => recognizeFiles(networks, [file])).toThrow(/expected tensors of SAM, in the names/);
  });
});

describe('files that do not fit', () => {
  it('names a missing tensor', async () => {
    const error = await failure(
      tensorsOf(mcc, 'official').filter(({ name }) => name !== 'norm_xyz.bias'),
      mcc,
    );
    expect(error.message).toBe(
      'tiny.safetensors: "norm_xyz.bias": expected shape [24], found no such tensor.\n' +
        '  The file does not hold exactly the tensors of the configuration, MCC of other sizes. ' +
        'Download it again, or convert it again from the released checkpoint.',
    );
  });

  it("names a missing third in the file's own words", async () => {
    const key = 'backbone.encoder.layer.0.attention.attention.key.weight';
    const error = await failure(
      tensorsOf(zoe, 'huggingface').filter(({ name }) => name !== key),
      zoe,
    );
    expect(error.problem).toMatchObject({
      tensor: 'core.core.pretrained.model.blocks.0.attn.qkv.weight',
      found: `no ${key}`,
    });
  });

  it('names an unknown tensor', async () => {
    const extra = { name: 'adapter.weight', dtype: 'F32', shape: [2], data: new Float32Array(2) } as const;
    const error = await failure([...tensorsOf(mcc, 'official'), extra], mcc);
    expect(error.problem).toMatchObject({ tensor: 'adapter.weight', expected: 'no such tensor', found: 'shape [2]' });
  });

  it('names an unknown tensor of which only a third is there', async () => {
    const name = 'backbone.encoder.layer.9.attention.attention.key.weight';
    const extra = { name, dtype: 'F32', shape: [8, 8], data: new Float32Array(64) } as const;
    const error = await failure([...tensorsOf(zoe, 'huggingface'), extra], zoe);
    expect(error.problem).toMatchObject({
      tensor: 'core.core.pretrained.model.blocks.9.attn.qkv.weight',
      found: 'part of it',
    });
  });

  it('names a misshapen tensor', async () => {
    const tensors = tensorsOf(mcc, 'official').map((t) => (t.name === 'norm.bias' ? { ...t, shape: [24, 1] } : t));
    expect((await failure(tensors, mcc)).problem).toMatchObject({
      tensor: 'norm.bias',
      expected: 'shape [24]',
      found: '[24, 1]',
    });
  });

  it('names integers where numbers should be', async () => {
    const tensors = tensorsOf(mcc, 'official').map((t): TensorToWrite =>
      t.name === 'norm.bias' ? { ...t, dtype: 'I32', data: new Int32Array(24) } : t,
    );
    expect((await failure(tensors, mcc)).message).toContain(
      '"norm.bias": expected dtype F32, F16, BF16 or F64, found I32',
    );
  });

  it('lists the first few misfits and says how many more there are', async () => {
    const { advice } = (await failure(tensorsOf(mcc, 'official').slice(9), mcc)).problem;
    expect(advice.match(/^Also "/gm)).toHaveLength(4);
    expect(advice).toContain('And 4 more.');
  });

  it('says which configuration the file has', async () => {
    const error = await failure(
      tensorsOf(mccModule.specs(mccConfigs.small), 'official'),
      mccModule.specs({ ...mccConfigs.full, depth: 1 }),
    );
    expect(error.message).toContain(
      'The file is MCC small, but the configuration is MCC of other sizes. Change one of them.',
    );
    const small = samModule.specs(samConfigs.small);
    const file = await writtenFile(tensorsOf(small, 'huggingface').slice(1), 'sam.safetensors');
    expect(() => fileSource(networks, [file], samModule.specs(samConfigs.vit_l))).toThrow(
      /The file agrees in 99 % of its tensors with SAM small, but the configuration is SAM vit_l/,
    );
  });

  it('tells one network from another', async () => {
    const error = await failure(tensorsOf(zoe, 'huggingface'), sam);
    expect(error.message).toContain('expected weights of SAM, found weights of ZoeDepth');
    expect((await failure(tensorsOf(sam, 'official'), mcc)).message).toContain(
      'expected weights of MCC, found weights of SAM',
    );
  });

  it('says that it is something else altogether, or nothing', async () => {
    const other = { name: 'fc.weight', dtype: 'F32', shape: [1], data: new Float32Array(1) } as const;
    expect((await failure([other], sam)).message).toContain('found other tensors: fc.weight');
    expect(() => fileSource(networks, [], sam)).toThrow('weights: expected tensors of SAM, ZoeDepth or MCC');
  });

  it('asks for the other shards', async () => {
    const some = tensorsOf(zoe, 'huggingface').slice(10);
    const error = await failure(some, zoe, 'model-00001-of-00002.safetensors');
    expect(error.message).toContain('model-00001-of-00002.safetensors is one of 2 shards. Give all of them.');
  });

  it('refuses a tensor that comes twice', async () => {
    const tensors = tensorsOf(mcc, 'official');
    const token = tensors.find(({ name }) => name === 'cls_token')!;
    const [a, b] = [await writtenFile(tensors, 'a'), await writtenFile([token], 'b')];
    expect(() => fileSource(networks, [a, b], mcc)).toThrow(
      '"cls_token": expected one tensor of this name, found cls_token in a and cls_token in b',
    );
    const twice = [...tensors, { ...token, name: `module.${token.name}` }];
    expect((await failure(twice, mcc)).message).toContain('"cls_token": expected one tensor of this name');
    const thirds = tensorsOf(zoe, 'huggingface');
    const qkv = tensorsOf(zoe, 'official').find(({ name }) => name.endsWith('qkv.weight'))!;
    expect((await failure([...thirds, qkv], zoe)).message).toContain('qkv.weight": expected one tensor of this name');
    expect((await failure([qkv, ...thirds], zoe)).message).toContain('qkv.weight": expected one tensor of this name');
  });

  it('refuses thirds of different shapes', async () => {
    const key = 'backbone.encoder.layer.0.attention.attention.key.weight';
    const tensors = tensorsOf(zoe, 'huggingface').map((t) =>
      t.name === key ? { ...t, shape: [4, 8], data: new Float32Array(32) } : t,
    );
    const error = await failure(tensors, zoe);
    expect(error.problem).toMatchObject({ tensor: key, found: '[4, 8]' });
    expect(error.message).toContain('query.weight, [8, 8]');
  });
});

describe('synthetic source', () => {
  it('gives the values of the generator', async () => {
    const source = syntheticSource(mcc, 7);
    expect(source.describe).toBe('synthetic:7');
    expect(source.has('norm.bias')).toBe(true);
    expect(source.has('none')).toBe(false);
    expect(await source.tensor('norm.bias', [24])).toEqual(syntheticWeight(7, 'norm.bias', [24]));
  });

  it('refuses other names and shapes, and seeds that are no integers', async () => {
    const source = syntheticSource(zoe, 7);
    await expect(source.tensor('none', [1])).rejects.toThrow(
      'synthetic:7: "none": expected a tensor that ZoeDepth uses',
    );
    const index = 'core.core.pretrained.model.blocks.0.attn.relative_position_index';
    await expect(source.tensor(index, [5, 5])).rejects.toThrow('found a tensor that inference never reads');
    await expect(source.tensor('conv2.bias', [5])).rejects.toThrow('expected shape [4], found a request for [5]');
    expect(() => syntheticSource(zoe, NaN)).toThrow('expected an integer seed, found NaN');
  });
});
