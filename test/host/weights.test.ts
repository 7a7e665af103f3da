import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from '../../src/host/node/files.ts';
import { officialCheckpoints, openWeights } from '../../src/host/node/weights.ts';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import { presets } from '../../src/pipeline/registry.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { zoeModule } from '../../src/pipeline/zoeDepth/module.ts';
import {
  type NetworkSpecs,
  type TensorToWrite,
  syntheticTensors,
  syntheticWeight,
  WeightsError,
  weightsOf,
  writeSafetensors,
} from '../../weights/index.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';

/** A record of a checkpoint, but for its length. */
const RECORD = {
  ...{ id: 'a', source: 'huggingface', url: 'https://example.org/a', sha256: '0'.repeat(64) },
  license: { name: 'a', url: 'https://example.org/b' },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

const NAME = 'mask_decoder.iou_token.weight';

/** A file of generated weights of the small SAM. */
async function smallSam(path: string): Promise<void> {
  const tensors = [...samModule.specs(samConfigs.small).tensors]
    .filter(([, { used }]) => used)
    .map(([name, { shape }]) => ({ name, shape, dtype: 'F32' as const, data: syntheticWeight(3, name, shape) }));
  await writeWhole(path, writeSafetensors(tensors));
}

describe('openWeights', () => {
  it('generates weights of the preset', async () => {
    const { set } = await openWeights('synthetic:7', presets.small);
    const { config, source } = weightsOf(set, samModule);
    expect(config).toBe(presets.small.sam);
    const values = await source.tensor(NAME, [1, config.out]);
    expect(values).toEqual(syntheticWeight(7, NAME, [1, config.out]));
  });

  it('reads the files of a folder, or files by name', async () => {
    const path = join(folder, 'sam.safetensors');
    await smallSam(path);
    for (const source of [folder, path]) {
      const { set, close } = await openWeights(source, presets.small);
      const { config, source: weights } = weightsOf(set, samModule);
      expect(config).toEqual(samConfigs.small);
      expect(await weights.tensor(NAME, [1, 32])).toEqual(syntheticWeight(3, NAME, [1, 32]));
      expect(() => weightsOf(set, mccModule)).toThrow(WeightsError);
      await close();
    }
  });

  it('reads the shards that an index names, and says which are not there', async () => {
    const shards = await mkdtemp(join(folder, 'shards-'));
    const parts: Record<string, TensorToWrite[]> = { 'a.safetensors': [], 'B.SAFETENSORS': [] };
    for (const [name, { shape, used }] of samModule.specs(samConfigs.small).tensors) {
      const tensor = { name, shape, dtype: 'F32' as const, data: syntheticWeight(3, name, shape) };
      if (used) parts[name.startsWith('image_encoder.') ? 'a.safetensors' : 'B.SAFETENSORS'].push(tensor);
    }
    for (const [name, tensors] of Object.entries(parts))
      await writeWhole(join(shards, name), writeSafetensors(tensors));
    const index = join(shards, 'model.safetensors.index.json');
    const map = Object.fromEntries(
      Object.entries(parts).flatMap(([file, tensors]) => tensors.map(({ name }) => [name, file])),
    );
    await writeFile(index, JSON.stringify({ metadata: {}, weight_map: map }));
    for (const source of [index, shards, `${index},${join(shards, 'a.safetensors')}`]) {
      const { set, close } = await openWeights(source, presets.small);
      expect(await weightsOf(set, samModule).source.tensor(NAME, [1, 32])).toEqual(syntheticWeight(3, NAME, [1, 32]));
      await close();
    }
    await rm(join(shards, 'a.safetensors'));
    for (const source of [index, shards]) {
      await expect(openWeights(source, presets.small)).rejects.toThrow('of which these are not there: a.safetensors.');
    }
    for (const text of ['{}', '{"weight_map": {"x": "../x.safetensors"}}', '{"weight_map": {"x": 1}}']) {
      await writeFile(index, text);
      await expect(openWeights(index, presets.small)).rejects.toThrow('has no weight_map');
    }
  });

  it('says how to choose another folder when the cache cannot be written', async () => {
    const torch = join(import.meta.dirname, '../golden/torch/checkpoint.pth');
    const file = join(folder, 'a file');
    await writeFile(file, '');
    await expect(openWeights(torch, presets.small, { weightsDir: file })).rejects.toMatchObject({
      message: expect.stringContaining(`The folder of weights ${file} cannot be written`) as string,
      hint: 'Choose another one: --weights-dir FOLDER, or set the variable UNFLAT_CACHE.',
    });
  });

  it('converts files of torch into the cache, once', async () => {
    const torch = join(import.meta.dirname, '../golden/torch/checkpoint.pth');
    const weightsDir = join(folder, 'cache');
    const stages: string[] = [];
    const open = () => openWeights(torch, presets.small, { weightsDir, onProgress: ({ stage }) => stages.push(stage) });
    // The file holds a network of other sizes: that is found out when its conversion is read.
    await expect(open()).rejects.toThrow(/checkpoint\.[0-9a-f]{12}\.safetensors: "norm.weight": expected shape/);
    expect(new Set(stages)).toEqual(new Set(['check', 'convert']));
    stages.length = 0;
    await expect(open()).rejects.toThrow(WeightsError);
    expect(new Set(stages)).toEqual(new Set(['check']));

    const torchFolder = await mkdtemp(join(folder, 'torch-'));
    await copyFile(torch, join(torchFolder, 'net.pth'));
    await expect(openWeights(torchFolder, presets.small, { weightsDir })).rejects.toThrow(
      /net\.[0-9a-f]{12}\.safetensors/,
    );
    await expect(openWeights(join(folder, 'none.pth'), presets.small, { weightsDir })).rejects.toThrow(
      'none.pth cannot be opened',
    );
  });

  it('names what is missing or damaged', async () => {
    await expect(openWeights(tmpdir() + '/none', presets.small)).rejects.toThrow(`${tmpdir()}/none cannot be opened`);
    const empty = await mkdtemp(join(folder, 'empty-'));
    await expect(openWeights(empty, presets.small)).rejects.toThrow(
      'has no file that ends in .safetensors, .pth, .pt, .bin or .ckpt. It is empty.',
    );
    await writeFile(join(empty, 'sam.onnx'), 'x');
    await expect(openWeights(empty, presets.small)).rejects.toThrow('It holds sam.onnx.');
    const half = join(empty, 'half.safetensors');
    await writeFile(half, (await readFile(join(folder, 'sam.safetensors'))).subarray(0, 100_000));
    await expect(openWeights(half, presets.small)).rejects.toThrow(WeightsError);
  });
});

describe('official weights', () => {
  let weightsDir: string;
  beforeEach(async () => {
    weightsDir = join(await mkdtemp(join(folder, 'official-')), 'weights');
  });

  /** A file with the right names and shapes, whose values are a hole in the disk, as if it had been pulled. */
  async function pretend(file: string, specs: NetworkSpecs): Promise<void> {
    const path = join(weightsDir, file);
    const tensors = syntheticTensors(specs, { seed: 1, scheme: 'huggingface', dtype: 'F32' });
    const header = await writeSafetensors(tensors).next();
    const bytes =
      (header.value as Uint8Array).length +
      tensors.reduce((sum, { shape }) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
    await mkdir(weightsDir, { recursive: true });
    await writeFile(path, header.value as Uint8Array);
    await truncate(path, bytes);
    await writeFile(`${path}.json`, JSON.stringify({ ...RECORD, bytes }));
  }

  it('are one checkpoint for each network, and those that are named', () => {
    const ids = (list: string[]) => officialCheckpoints(list).map(({ id }) => id);
    expect(ids([])).toEqual(['sam-vit-b', 'zoed-n', 'mcc']);
    expect(ids(['zoed-nk', 'sam-vit-h'])).toEqual(['sam-vit-h', 'zoed-nk', 'mcc']);
    expect(() => ids(['sam-vit-x'])).toThrow('There is no checkpoint sam-vit-x.');
    expect(() => ids(['sam-vit-b', 'sam-vit-h'])).toThrow(
      'sam-vit-b and sam-vit-h are checkpoints of the same network.',
    );
  });

  it('say which command brings what is missing', async () => {
    const failure = await openWeights('official:zoed-nk', presets.small, { weightsDir }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      name: 'UserError',
      message: `The weights of SAM ViT-B, ZoeDepth NK (both), MCC CO3D-v2 are not in ${weightsDir}.`,
      hint: `Download them: unflat weights pull sam-vit-b zoed-nk mcc --weights-dir ${weightsDir}`,
    });
  });

  it('are opened from the cache, only those that will be used', async () => {
    await pretend('sam-vit-base.safetensors', samModule.specs(samConfigs.vit_b));
    await pretend('zoedepth-nyu.safetensors', zoeModule.specs(zoeConfigs.N));
    const { set, close } = await openWeights('official', presets.small, { weightsDir, roles: ['segment', 'depth'] });
    expect(weightsOf(set, samModule).config).toEqual(samConfigs.vit_b);
    expect(weightsOf(set, zoeModule).config).toEqual(zoeConfigs.N);
    const bias = 'mask_decoder.iou_prediction_head.layers.2.bias';
    expect(await weightsOf(set, samModule).source.tensor(bias, [4])).toEqual(new Float32Array(4));
    await close();
  });

  it('are not what they are called when another variant is inside', async () => {
    await pretend('sam-vit-base.safetensors', samModule.specs(samConfigs.vit_l));
    await expect(openWeights('official', presets.small, { weightsDir, roles: ['segment'] })).rejects.toThrow(
      'The file is SAM vit_l, but the configuration is SAM vit_b',
    );
  });
});
