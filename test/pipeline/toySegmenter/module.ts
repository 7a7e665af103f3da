/** The toy segmenter as a network of the program. It needs this folder and a line in a list of networks, nothing else. */
import { defineNetwork } from '../../../src/pipeline/networkModule.ts';
import { answerGraph, featureGraph, ToySegmenter, type ToyConfig } from './model.ts';

const PHOTO = { width: 1, height: 1 };

export const toyModule = defineNetwork<ToyConfig, 'segment', 'toy'>({
  id: 'toy',
  title: 'Toy',
  role: 'segment',
  configs: { small: { channels: 4 }, large: { channels: 8 } },
  defaultConfig: 'large',
  naming: {
    starts: { official: ['toy.'], huggingface: ['toy_model.'] },
    rules: [
      ['toy.query', 'toy_model.prompt'],
      ['toy', 'toy_model'],
    ],
  },
  typedName: (config) => `toy_${config}`,
  record: (config) =>
    [featureGraph(config, PHOTO), answerGraph(config, 1, false), answerGraph(config, 1, true)].map(
      ({ graph }) => graph,
    ),
  unused: () => [{ name: 'toy.steps', shape: [1], dtype: 'I64' }],
  create: (shared, config) => new ToySegmenter(shared, config),
});
