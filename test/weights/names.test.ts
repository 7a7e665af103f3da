import { describe, expect, it } from 'vitest';
import { samConfigs, zoeConfigs } from '../../weights/config.ts';
import {
  type Naming,
  detectNaming,
  fourierMatrix,
  namesInScheme,
  officialPlace,
  stripPrefix,
} from '../../weights/names/index.ts';
import { samSpecs } from '../../weights/specs/sam.ts';
import type { NetworkSpecs } from '../../weights/specs/specs.ts';
import { zoeSpecs } from '../../weights/specs/zoe.ts';
import { type HuggingFaceManifest, type OfficialManifest, manifest } from './manifests.ts';

const checkpoints: [file: string, specs: NetworkSpecs][] = [
  ['sam_vit_b', samSpecs(samConfigs.vit_b)],
  ['sam_vit_l', samSpecs(samConfigs.vit_l)],
  ['sam_vit_h', samSpecs(samConfigs.vit_h)],
  ['zoed_n', zoeSpecs(zoeConfigs.N)],
  ['zoed_k', zoeSpecs(zoeConfigs.K)],
  ['zoed_nk', zoeSpecs(zoeConfigs.NK)],
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
    const network = file.startsWith('sam') ? 'sam' : file.startsWith('zoe') ? 'zoe' : 'mcc';
    expect(detectNaming(Object.keys(manifest<OfficialManifest>(file)))).toEqual({ network, scheme: 'official' });
    if (network === 'mcc') return;
    const theirs = Object.keys(manifest<HuggingFaceManifest>(`${file}.hf`));
    expect(detectNaming(theirs)).toEqual({ network, scheme: 'huggingface' });
  });

  it('is unknown for other files', () => {
    expect(detectNaming(['conv1.weight', 'fc.bias', 'neckless.weight'])).toBeUndefined();
    expect(detectNaming([])).toBeUndefined();
  });

  it('official names stay as they are', () => {
    const naming: Naming = { network: 'zoe', scheme: 'official' };
    const name = 'core.core.pretrained.model.blocks.3.attn.qkv.weight';
    expect(officialPlace(name, naming)).toEqual({ name, third: null });
    expect(namesInScheme(name, naming)).toEqual([name]);
  });

  it('all three spellings of the Fourier matrix are one tensor', () => {
    const naming: Naming = { network: 'sam', scheme: 'huggingface' };
    for (const name of [
      fourierMatrix,
      'shared_image_embedding.positional_embedding',
      'prompt_encoder.shared_embedding.positional_embedding',
    ]) {
      expect(officialPlace(name, naming)).toEqual({ name: fourierMatrix, third: null });
    }
  });

  it('prefixes of training programs are stripped, other starts are not', () => {
    expect(stripPrefix('module.model.conv2.weight')).toBe('conv2.weight');
    expect(stripPrefix('model.blocks.0.norm1.bias')).toBe('blocks.0.norm1.bias');
    expect(stripPrefix('core.model.cls_token')).toBe('core.model.cls_token');
    expect(stripPrefix('models.x')).toBe('models.x');
  });
});
