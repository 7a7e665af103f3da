import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeWhole } from '../../src/host/node/files.ts';
import { openWeights } from '../../src/host/node/weights.ts';
import {
  presets,
  samConfigs,
  samSpecs,
  syntheticWeight,
  WeightsError,
  weightsOf,
  writeSafetensors,
} from '../../weights/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

const NAME = 'mask_decoder.iou_token.weight';

/** A file of generated weights of the small SAM. */
async function smallSam(path: string): Promise<void> {
  const tensors = [...samSpecs(samConfigs.small).tensors]
    .filter(([, { used }]) => used)
    .map(([name, { shape }]) => ({ name, shape, dtype: 'F32' as const, data: syntheticWeight(3, name, shape) }));
  await writeWhole(path, writeSafetensors(tensors));
}

describe('openWeights', () => {
  it('generates weights of the preset', async () => {
    const { set } = await openWeights('synthetic:7', presets.small);
    const { config, source } = weightsOf(set, 'sam');
    expect(config).toBe(presets.small.sam);
    const values = await source.tensor(NAME, [1, config.out]);
    expect(values).toEqual(syntheticWeight(7, NAME, [1, config.out]));
  });

  it('reads the files of a folder, or files by name', async () => {
    const path = join(folder, 'sam.safetensors');
    await smallSam(path);
    for (const source of [folder, path]) {
      const { set, close } = await openWeights(source, presets.small);
      const { config, source: weights } = weightsOf(set, 'sam');
      expect(config).toEqual(samConfigs.small);
      expect(await weights.tensor(NAME, [1, 32])).toEqual(syntheticWeight(3, NAME, [1, 32]));
      expect(() => weightsOf(set, 'mcc')).toThrow(WeightsError);
      await close();
    }
  });

  it('names what is missing or damaged', async () => {
    await expect(openWeights(tmpdir() + '/none', presets.small)).rejects.toThrow(`${tmpdir()}/none cannot be opened`);
    const empty = await mkdtemp(join(folder, 'empty-'));
    await expect(openWeights(empty, presets.small)).rejects.toThrow('has no .safetensors file');
    const half = join(empty, 'half.safetensors');
    await writeFile(half, (await readFile(join(folder, 'sam.safetensors'))).subarray(0, 100_000));
    await expect(openWeights(half, presets.small)).rejects.toThrow(WeightsError);
  });
});
