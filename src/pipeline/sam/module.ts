/** SAM as a network of the program. Segment Anything, arXiv:2304.02643. */
import { samConfigs, type SamConfig } from './config.ts';
import { defineNetwork } from '../networkModule.ts';
import { encoderGraph, promptGraph } from './graphs.ts';
import { fourierMatrix, samRules } from './names.ts';
import { Sam } from './sam.ts';

export const samModule = defineNetwork<SamConfig, 'segment', 'sam'>({
  id: 'sam',
  title: 'SAM',
  role: 'segment',
  configs: samConfigs,
  defaultConfig: 'vit_b',
  naming: {
    starts: { official: ['image_encoder.'], huggingface: ['vision_encoder.', 'shared_image_embedding.'] },
    rules: samRules,
    // Files of Hugging Face have it under either of two names, or both.
    repeated: [fourierMatrix],
  },
  typedName: (config) => (config === 'small' ? 'sam_small' : config),
  record(config) {
    // Without a mask prompt, one embedding stands in for it; with one, it is embedded by convolutions.
    const prompts = [false, true].map((hasMask) => promptGraph({ config, batch: 1, count: 2, hasMask }));
    return [encoderGraph({ config }), ...prompts].map(({ graph }) => graph);
  },
  create: (shared, config) => new Sam(shared, config),
});
