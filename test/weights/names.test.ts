import { describe, expect, it } from 'vitest';
import { networks } from '../../src/pipeline/registry.ts';
import { fourierMatrix } from '../../src/pipeline/sam/names.ts';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { zoeModule } from '../../src/pipeline/zoeDepth/module.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';
import { type Naming, detectNaming, namesInScheme, officialPlace, stripPrefix } from '../../weights/names/index.ts';
import type { NetworkSpecs } from '../../weights/network.ts';
import { type HuggingFaceManifest, type OfficialManifest, manifest } from './manifests.ts';

const checkpoints: [file: string, specs: NetworkSpecs][] = [
  ['sam_vit_b', samModule.specs(samConfigs.vit_b)],
  ['sam_vit_l', samModule.specs(samConfigs.vit_l)],
  ['sam_vit_h', samModule.specs(samConfigs.vit_h)],
  ['zoed_n', zoeModule.specs(zoeConfigs.N)],
  ['zoed_k', zoeModule.specs(zoeConfigs.K)],
  ['zoed_nk', zoeModule.specs(zoeConfigs.NK)],
];

/** Official tensors that the Hugging Face files leave out. */
const leftOut = /relative_position_index|fc_norm|pretrained\.model\.head|k_idx|K_minus_1/;

describe.each(checkpoints)('Hugging Face names of %s', (file, specs) => {
  const theirs = manifest<HuggingFaceManifest>(`${file}.hf`);
  const naming: Naming = { network: specs.network, scheme: 'huggingface' };

  it('lead to the official tensors, with the right rows of fused ones', () => {
    for (const [name, [, shape, official, rows]] of Object.entries(theirs)) {
      const place = officialPlace(name, naming);
      expect(place.name, name).toBe(official);
      const third = rows === null ? null : rows[0] / (rows[1] - rows[0]);
      expect(place.third, name).toBe(third);
      const whole = specs.tensors.get(official)!.shape;
      expect(rows === null ? shape : [3 * shape[0], ...shape.slice(1)], name).toEqual(whole);
    }
  });

  it('come from the official tensors, each once', () => {
    const ours = [...specs.tensors.keys()]
      .filter((name) => !leftOut.test(name))
      .flatMap((name) => namesInScheme(name, naming));
    expect(ours.toSorted()).toEqual(Object.keys(theirs).toSorted());
  });
});

describe('naming', () => {
  it.each([...checkpoints.map(([file]) => file), 'mcc'])('%s is recognized', (file) => {
    const network = networks.find(({ id }) => file.startsWith(id))!;
    expect(detectNaming(networks, Object.keys(manifest<OfficialManifest>(file)))).toEqual({
      network,
      scheme: 'official',
    });
    if (!network.naming.starts.huggingface) return;
    const theirs = Object.keys(manifest<HuggingFaceManifest>(`${file}.hf`));
    expect(detectNaming(networks, theirs)).toEqual({ network, scheme: 'huggingface' });
  });

  it('is unknown for other files', () => {
    expect(detectNaming(networks, ['conv1.weight', 'fc.bias', 'neckless.weight'])).toBeUndefined();
    expect(detectNaming(networks, [])).toBeUndefined();
  });

  it('official names stay as they are', () => {
    const naming: Naming = { network: zoeModule, scheme: 'official' };
    const name = 'core.core.pretrained.model.blocks.3.attn.qkv.weight';
    expect(officialPlace(name, naming)).toEqual({ name, third: null });
    expect(namesInScheme(name, naming)).toEqual([name]);
  });

  it('all three spellings of the Fourier matrix are one tensor', () => {
    const naming: Naming = { network: samModule, scheme: 'huggingface' };
    for (const name of [
      'shared_image_embedding.positional_embedding',
      'prompt_encoder.shared_embedding.positional_embedding',
    ]) {
      expect(officialPlace(name, naming)).toEqual({ name: fourierMatrix, third: null });
    }
  });

  it('prefixes of training programs are stripped, other starts are not', () => {
    expect(stripPrefix('module.model.conv2.weight')).toBe('conv2.weight');
    expect(stripPrefix('model.blocks.0.norm1.bias')).toBe('blocks.0.norm1.bias');
    expect(stripPrefix('_orig_mod.norm.bias')).toBe('norm.bias');
    expect(stripPrefix('module._orig_mod.model.image_encoder._orig_mod.neck.0.weight')).toBe(
      'image_encoder.neck.0.weight',
    );
    expect(stripPrefix('core.model.cls_token')).toBe('core.model.cls_token');
    expect(stripPrefix('models.x')).toBe('models.x');
  });
});
