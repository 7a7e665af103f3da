/** Tensors of a ZoeDepth checkpoint. Names and shapes as in the released ZoeD_M12_*.pt. */
import type { ZoeConfig } from '../config.ts';
import { type NetworkSpecs, SpecList } from './specs.ts';

/** Channels of the features that the relative depth is read from. */
const relativeFeatures = 32;

/** Side of a patch, pixels. */
const patch = 16;

export function zoeSpecs(config: ZoeConfig): NetworkSpecs {
  const list = new SpecList();
  backbone(list, config);
  dptDecoder(list, config);
  list.conv('conv2', config.features, config.features);
  if (config.variant === 'NK') router(list, config);
  metricHead(list, config);
  return { network: 'zoe', config, tensors: list.tensors };
}

function backbone(list: SpecList, { embed, depth, heads, nativeGrid, classes }: ZoeConfig): void {
  const prefix = 'core.core.pretrained.model';
  list.tensor(`${prefix}.cls_token`, [1, 1, embed]);
  list.conv(`${prefix}.patch_embed.proj`, 3, embed, patch);
  for (let i = 0; i < depth; i++) {
    const block = `${prefix}.blocks.${i}`;
    const tokens = nativeGrid ** 2 + 1;
    list.tensor(`${block}.gamma_1`, [embed]);
    list.tensor(`${block}.gamma_2`, [embed]);
    list.norm(`${block}.norm1`, embed);
    list.tensor(`${block}.attn.q_bias`, [embed]);
    list.tensor(`${block}.attn.v_bias`, [embed]);
    list.tensor(`${block}.attn.relative_position_bias_table`, [(2 * nativeGrid - 1) ** 2 + 3, heads]);
    // The index follows from the size of the patch grid, which differs from photo to photo.
    list.tensor(`${block}.attn.relative_position_index`, [tokens, tokens], { used: false, dtype: 'I64' });
    list.tensor(`${block}.attn.qkv.weight`, [3 * embed, embed]);
    list.linear(`${block}.attn.proj`, embed, embed);
    list.norm(`${block}.norm2`, embed);
    list.linear(`${block}.mlp.fc1`, embed, 4 * embed);
    list.linear(`${block}.mlp.fc2`, 4 * embed, embed);
  }
  // ZoeDepth takes the outputs of four blocks: what comes after the last block never runs.
  list.norm(`${prefix}.fc_norm`, embed, false);
  list.linear(`${prefix}.head`, embed, classes, false);
}

function dptDecoder(list: SpecList, { embed, neck, features }: ZoeConfig): void {
  const scratch = 'core.core.scratch';
  neck.forEach((channels, i) => {
    const stage = `core.core.pretrained.act_postprocess${i + 1}`;
    list.linear(`${stage}.0.project.0`, 2 * embed, embed);
    list.conv(`${stage}.3`, embed, channels);
    if (i === 0) list.convTranspose(`${stage}.4`, channels, channels, 4);
    if (i === 1) list.convTranspose(`${stage}.4`, channels, channels, 2);
    if (i === 3) list.conv(`${stage}.4`, channels, channels, 3);
  });
  neck.forEach((channels, i) => list.tensor(`${scratch}.layer${i + 1}_rn.weight`, [features, channels, 3, 3]));
  for (let i = 1; i <= 4; i++) {
    list.conv(`${scratch}.refinenet${i}.out_conv`, features, features);
    for (const unit of ['resConfUnit1', 'resConfUnit2']) {
      // The coarsest fusion block has no second input, so its first unit never runs.
      const used = !(i === 4 && unit === 'resConfUnit1');
      list.conv(`${scratch}.refinenet${i}.${unit}.conv1`, features, features, 3, used);
      list.conv(`${scratch}.refinenet${i}.${unit}.conv2`, features, features, 3, used);
    }
  }
  list.conv(`${scratch}.output_conv.0`, features, features / 2, 3);
  list.conv(`${scratch}.output_conv.2`, features / 2, relativeFeatures, 3);
  list.conv(`${scratch}.output_conv.4`, relativeFeatures, 1);
}

function router(list: SpecList, { router: channels, routerMlp, routerLayers, features }: ZoeConfig): void {
  for (let i = 0; i < routerLayers; i++) {
    const layer = `patch_transformer.transformer_encoder.layers.${i}`;
    list.tensor(`${layer}.self_attn.in_proj_weight`, [3 * channels, channels]);
    list.tensor(`${layer}.self_attn.in_proj_bias`, [3 * channels]);
    list.linear(`${layer}.self_attn.out_proj`, channels, channels);
    list.linear(`${layer}.linear1`, channels, routerMlp);
    list.linear(`${layer}.linear2`, routerMlp, channels);
    list.norm(`${layer}.norm1`, channels);
    list.norm(`${layer}.norm2`, channels);
  }
  list.conv('patch_transformer.embedding_convPxP', features, channels);
  list.linear('mlp_classifier.0', channels, channels);
  list.linear('mlp_classifier.2', channels, 2);
}

function metricHead(list: SpecList, config: ZoeConfig): void {
  const { features, bins, binEmbed, projectorMlp } = config;
  const isNK = config.variant === 'NK';
  for (const expert of isNK ? ['.nyu', '.kitti'] : ['']) {
    twoConvs(list, `seed_bin_regressor${isNK ? 's' : ''}${expert}`, features, config.seedMlp, bins);
    config.attractors.forEach((count, i) => {
      const outputs = config.normed ? 2 * count : count;
      twoConvs(list, `attractors${expert}.${i}`, binEmbed, config.attractorMlp, outputs);
    });
    const binomial = `conditional_log_binomial${expert}`;
    // N and K also see the relative depth, one more channel.
    const inputs = relativeFeatures + binEmbed + (isNK ? 0 : 1);
    const hidden = Math.floor(inputs / (isNK ? 4 : 2));
    const transform = `${binomial}.log_binomial_transform`;
    list.tensor(`${transform}.k_idx`, [1, bins, 1, 1], { used: false, dtype: 'I64' });
    list.tensor(`${transform}.K_minus_1`, [1, 1, 1, 1], { used: false });
    list.conv(`${binomial}.mlp.0`, inputs, hidden);
    list.conv(`${binomial}.mlp.2`, hidden, 4);
  }
  twoConvs(list, 'seed_projector', features, projectorMlp, binEmbed);
  for (let i = 0; i < 4; i++) twoConvs(list, `projectors.${i}`, features, projectorMlp, binEmbed);
}

function twoConvs(list: SpecList, name: string, inputs: number, hidden: number, outputs: number): void {
  list.conv(`${name}._net.0`, inputs, hidden);
  list.conv(`${name}._net.2`, hidden, outputs);
}
