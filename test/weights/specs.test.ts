import { describe, expect, it } from 'vitest';
import { presets } from '../../src/pipeline/registry.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { zoeModule } from '../../src/pipeline/zoeDepth/module.ts';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import { mccConfigs } from '../../src/pipeline/mcc/config.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';
import { agreementWith, closestConfig } from '../../weights/known.ts';
import type { NetworkSpecs } from '../../weights/network.ts';
import { type OfficialManifest, manifest } from './manifests.ts';

const checkpoints: [file: string, specs: NetworkSpecs, tensors: number][] = [
  ['sam_vit_b', samModule.specs(samConfigs.vit_b), 314],
  ['sam_vit_l', samModule.specs(samConfigs.vit_l), 482],
  ['sam_vit_h', samModule.specs(samConfigs.vit_h), 594],
  ['zoed_n', zoeModule.specs(zoeConfigs.N), 535],
  ['zoed_k', zoeModule.specs(zoeConfigs.K), 535],
  ['zoed_nk', zoeModule.specs(zoeConfigs.NK), 615],
  ['mcc', mccModule.specs(mccConfigs.full), 419],
];

const shapesOf = (specs: NetworkSpecs) => new Map([...specs.tensors].map(([name, { shape }]) => [name, shape]));

describe('specs', () => {
  it.each(checkpoints)('%s holds exactly the tensors of the released checkpoint', (file, specs, count) => {
    const ours = Object.fromEntries([...specs.tensors].map(([name, { dtype, shape }]) => [name, [dtype, shape]]));
    expect(ours).toEqual(manifest<OfficialManifest>(file));
    expect(specs.tensors.size).toBe(count);
  });

  it('marks what inference never reads', () => {
    const unusedOf = (specs: NetworkSpecs) => [...specs.tensors].filter(([, { used }]) => !used).map(([name]) => name);
    expect(unusedOf(samModule.specs(samConfigs.vit_b))).toEqual([]);
    expect(unusedOf(mccModule.specs(mccConfigs.full))).toEqual([]);
    const prefix = 'core.core.pretrained.model';
    const refine = 'core.core.scratch.refinenet4.resConfUnit1';
    expect(unusedOf(zoeModule.specs(zoeConfigs.small))).toEqual([
      ...[0, 1, 2, 3].map((i) => `${prefix}.blocks.${i}.attn.relative_position_index`),
      ...['fc_norm.weight', 'fc_norm.bias', 'head.weight', 'head.bias'].map((name) => `${prefix}.${name}`),
      ...['conv1.weight', 'conv1.bias', 'conv2.weight', 'conv2.bias'].map((name) => `${refine}.${name}`),
      ...['k_idx', 'K_minus_1'].map((name) => `conditional_log_binomial.log_binomial_transform.${name}`),
    ]);
  });

  it('color regression has three outputs instead of 3 x 256', () => {
    const { tensors } = mccModule.specs({ ...mccConfigs.small, regressColor: true });
    expect(tensors.get('decoder_pred.weight')!.shape).toEqual([4, 32]);
  });
});

describe('recognition', () => {
  it.each(checkpoints)('%s is like itself', (_file, specs) => {
    const closest = closestConfig(specs.network, shapesOf(specs));
    expect(specs.network.configs[closest.name]).toBe(specs.config);
    expect(closest.agreement).toBe(1);
  });

  it('one tensor more, fewer or of another shape is not full agreement', () => {
    const specs = mccModule.specs(mccConfigs.small);
    const shapes = shapesOf(specs);
    expect(agreementWith(specs, new Map([...shapes, ['other', [1]]]))).toBeLessThan(1);
    expect(agreementWith(specs, new Map([...shapes].slice(1)))).toBeLessThan(1);
    expect(agreementWith(specs, new Map([...shapes, ['norm.bias', [1]]]))).toBeLessThan(1);
  });
});

describe('presets', () => {
  it('have the configurations of the reference fixtures', () => {
    // Copied from the metadata of the fixtures sam_a, zoe_n, chain, full_sam_vit_b, full_zoed_n and full_mcc.
    const sam = { patch: 16, mlpRatio: 4, maskChannels: 16, decoderDepth: 2, multimask: 3 };
    const zoe = { minDepth: 0.001, maxDepth: 10, kittiMaxDepth: 80, minTemp: 0.0212, maxTemp: 50, normed: false };
    const router = { router: 128, routerMlp: 1024, routerHeads: 4, routerLayers: 4 };
    const mlps = { attractors: [16, 8, 4, 1], seedMlp: 256, projectorMlp: 128, attractorMlp: 128 };
    const mcc = { image: 224, patch: 16, xyzHeads: 12, regressColor: false, shrinkThreshold: 10 };
    expect(presets.small).toEqual({
      sam: {
        ...{ ...sam, embed: 64, depth: 4, heads: 4, globalBlocks: [1, 3], image: 256, window: 6, out: 32 },
        ...{ decoderHeads: 4, decoderMlp: 64, iouHidden: 32 },
      },
      zoe: {
        ...{
          ...zoe,
          ...router,
          ...mlps,
          variant: 'N',
          embed: 48,
          depth: 4,
          heads: 4,
          nativeGrid: 6,
          hooks: [0, 1, 2, 3],
        },
        ...{ neck: [24, 32, 48, 48], features: 32, bins: 16, binEmbed: 32, inputSize: [64, 96], classes: 10 },
      },
      mcc: { ...mcc, embed: 48, depth: 2, heads: 4, decoderEmbed: 32, decoderDepth: 2, decoderHeads: 4 },
      mccScene: {
        ...mcc,
        halfBall: 6,
        embed: 48,
        depth: 2,
        heads: 4,
        decoderEmbed: 32,
        decoderDepth: 2,
        decoderHeads: 4,
      },
    });
    expect(presets.full).toEqual({
      sam: {
        ...{ ...sam, embed: 768, depth: 12, heads: 12, globalBlocks: [2, 5, 8, 11], image: 1024, window: 14, out: 256 },
        ...{ decoderHeads: 8, decoderMlp: 2048, iouHidden: 256 },
      },
      zoe: {
        ...{ ...zoe, ...router, ...mlps, variant: 'N', embed: 1024, depth: 24, heads: 16, nativeGrid: 24 },
        ...{ hooks: [5, 11, 17, 23], neck: [256, 512, 1024, 1024], features: 256, bins: 64, binEmbed: 128 },
        ...{ inputSize: [384, 512], classes: 1000 },
      },
      mcc: { ...mcc, embed: 768, depth: 12, heads: 12, decoderEmbed: 512, decoderDepth: 8, decoderHeads: 16 },
      mccScene: {
        ...mcc,
        halfBall: 6,
        embed: 768,
        depth: 12,
        heads: 12,
        decoderEmbed: 512,
        decoderDepth: 8,
        decoderHeads: 16,
      },
    });
  });

  it('K and NK differ from N as the reference fixtures zoe_k and zoe_nk do', () => {
    expect(zoeConfigs.K).toEqual({ ...zoeConfigs.N, variant: 'K', inputSize: [384, 768], normed: true });
    const nk = { variant: 'NK', attractors: [16, 16, 16, 16], seedMlp: 64, projectorMlp: 64, attractorMlp: 128 };
    expect(zoeConfigs.NK).toEqual({ ...zoeConfigs.N, ...nk });
  });
});
