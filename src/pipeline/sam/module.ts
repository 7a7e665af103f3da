/** The module of SAM. Segment Anything, arXiv:2304.02643. */
import { BASELINE } from '../../kernels/target.ts';
import { samConfigs, type SamConfig } from './config.ts';
import { defineNetwork } from '../networkModule.ts';
import { encoderGraph, inputGraph, maskGraph, promptGraph } from './graphs.ts';
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
    // Hugging Face files store it under either of two names, or both.
    repeated: [fourierMatrix],
  },
  typedName: (config) => (config === 'small' ? 'sam_small' : config),
  record(config, { precision } = BASELINE) {
    // Prompts with and without a mask prompt read different weights.
    const prompts = [false, true].map((hasMask) => promptGraph({ config, precision, batch: 1, count: 2, hasMask }));
    return [encoderGraph({ config, precision }), ...prompts].map(({ graph }) => graph);
  },
  plans(config, { precision }) {
    const photo = { width: config.image, height: config.image };
    return [
      inputGraph({ config, precision, photo }),
      encoderGraph({ config, precision }),
      promptGraph({ config, precision, batch: 1, count: 2, hasMask: false }),
      maskGraph({ config, batch: 1, picks: 1, photo }),
    ].map(({ graph }) => graph);
  },
  create: (shared, config) => new Sam(shared, config),
});
