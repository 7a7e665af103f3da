/** The module of ZoeDepth. arXiv:2302.12288. */
import { zoeConfigs, type ZoeConfig } from './config.ts';
import { BASELINE } from '../../kernels/target.ts';
import { defineNetwork, type UnusedTensor } from '../networkModule.ts';
import { BACKBONE } from './backbone.ts';
import { averageGraph, expertGraph, passGraph, trunkGraph, type PassShape } from './graphs.ts';
import { zoeRules } from './names.ts';
import { EXPERTS } from './router.ts';
import { ZoeDepth } from './zoeDepth.ts';

export const zoeModule = defineNetwork<ZoeConfig, 'depth', 'zoe'>({
  id: 'zoe',
  title: 'ZoeDepth',
  role: 'depth',
  configs: zoeConfigs,
  defaultConfig: 'N',
  naming: {
    starts: {
      official: ['core.core.', 'seed_projector.', 'projectors.', 'attractors.'],
      huggingface: ['backbone.', 'neck.', 'relative_head.', 'metric_head.'],
    },
    rules: zoeRules,
  },
  torchKey: 'model',
  typedName: (config) => `zoed_${config.toLowerCase()}`,
  record(config, { precision, maxBindingBytes: maxBytes } = BASELINE) {
    const [height, width] = config.inputSize;
    const shape: PassShape = { config, precision, height, width, pad: false, maxBytes };
    const recorded =
      config.variant === 'NK'
        ? [trunkGraph(shape), ...EXPERTS.map((expert) => expertGraph({ ...shape, expert }))]
        : [passGraph(shape)];
    return recorded.map(({ graph }) => graph);
  },
  plans(config, { precision, maxBindingBytes: maxBytes }) {
    const [height, width] = config.inputSize;
    const shape: PassShape = { config, precision, height, width, pad: false, maxBytes };
    const passes =
      config.variant === 'NK' ? [trunkGraph(shape), expertGraph({ ...shape, expert: 'nyu' })] : [passGraph(shape)];
    return [...passes, averageGraph({ height, width })].map(({ graph }) => graph);
  },
  unused,
  create: (shared, config) => new ZoeDepth(shared, config),
});

/** Tensors of the released checkpoints that are not parameters, and parameters of layers that never run. */
function unused({ variant, embed, depth, nativeGrid, features, bins, classes }: ZoeConfig): UnusedTensor[] {
  const tokens = nativeGrid ** 2 + 1;
  // The index is computed from the size of the patch grid, which differs from photo to photo.
  const indices = Array.from({ length: depth }, (_, i): UnusedTensor => {
    const name = `${BACKBONE}.blocks.${i}.attn.relative_position_index`;
    return { name, shape: [tokens, tokens], dtype: 'I64' };
  });
  // ZoeDepth uses the outputs of four blocks; the layers after the last block never run.
  const classifier: UnusedTensor[] = [
    { name: `${BACKBONE}.fc_norm.weight`, shape: [embed] },
    { name: `${BACKBONE}.fc_norm.bias`, shape: [embed] },
    { name: `${BACKBONE}.head.weight`, shape: [classes, embed] },
    { name: `${BACKBONE}.head.bias`, shape: [classes] },
  ];
  // The coarsest fusion block has no second input, so its first unit never runs.
  const unit = ['conv1', 'conv2'].flatMap((conv): UnusedTensor[] => {
    const name = `core.core.scratch.refinenet4.resConfUnit1.${conv}`;
    return [
      { name: `${name}.weight`, shape: [features, features, 3, 3] },
      { name: `${name}.bias`, shape: [features] },
    ];
  });
  // These are computed from the number of bins.
  const binNumbers = (variant === 'NK' ? EXPERTS.map((expert) => `.${expert}`) : ['']).flatMap((expert) => {
    const name = `conditional_log_binomial${expert}.log_binomial_transform`;
    return [
      { name: `${name}.k_idx`, shape: [1, bins, 1, 1], dtype: 'I64' },
      { name: `${name}.K_minus_1`, shape: [1, 1, 1, 1] },
    ] as const;
  });
  return [...indices, ...classifier, ...unit, ...binNumbers];
}
