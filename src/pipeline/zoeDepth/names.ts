/** Names of ZoeDepth's tensors in the released ZoeD_M12_*.pt and in the Hugging Face safetensors (Intel/zoedepth-*). */
import type { Rule } from '../../../weights/names/rules.ts';

const block = 'core.core.pretrained.model.blocks.*';
const layer = 'backbone.encoder.layer.*';
const attention = `${layer}.attention.attention`;

const backbone: readonly Rule[] = [
  ['core.core.pretrained.model.cls_token', 'backbone.embeddings.cls_token'],
  ['core.core.pretrained.model.patch_embed.proj', 'backbone.embeddings.patch_embeddings.projection'],
  [`${block}.gamma_1`, `${layer}.lambda_1`],
  [`${block}.gamma_2`, `${layer}.lambda_2`],
  [`${block}.norm1`, `${layer}.layernorm_before`],
  [`${block}.norm2`, `${layer}.layernorm_after`],
  [`${block}.attn.qkv.weight`, [`${attention}.query.weight`, `${attention}.key.weight`, `${attention}.value.weight`]],
  [`${block}.attn.q_bias`, `${attention}.query.bias`],
  [`${block}.attn.v_bias`, `${attention}.value.bias`],
  [`${block}.attn.relative_position_bias_table`, `${attention}.relative_position_bias.relative_position_bias_table`],
  [`${block}.attn.relative_position_index`, `${attention}.relative_position_bias.relative_position_index`],
  [`${block}.attn.proj`, `${layer}.attention.output.dense`],
  [`${block}.mlp.fc1`, `${layer}.intermediate.dense`],
  [`${block}.mlp.fc2`, `${layer}.output.dense`],
];

/** Hugging Face counts reassemble stages from 0, and fusion blocks from the coarsest. */
const dptDecoder: readonly Rule[] = [1, 2, 3, 4].flatMap((i): Rule[] => {
  const stage = `core.core.pretrained.act_postprocess${i}`;
  const refine = `core.core.scratch.refinenet${i}`;
  const fusion = `neck.fusion_stage.layers.${4 - i}`;
  return [
    [`${stage}.0.project`, `neck.reassemble_stage.readout_projects.${i - 1}`],
    [`${stage}.3`, `neck.reassemble_stage.layers.${i - 1}.projection`],
    [`${stage}.4`, `neck.reassemble_stage.layers.${i - 1}.resize`],
    [`core.core.scratch.layer${i}_rn`, `neck.convs.${i - 1}`],
    [`${refine}.out_conv`, `${fusion}.projection`],
    [`${refine}.resConfUnit1.conv1`, `${fusion}.residual_layer1.convolution1`],
    [`${refine}.resConfUnit1.conv2`, `${fusion}.residual_layer1.convolution2`],
    [`${refine}.resConfUnit2.conv1`, `${fusion}.residual_layer2.convolution1`],
    [`${refine}.resConfUnit2.conv2`, `${fusion}.residual_layer2.convolution2`],
  ];
});

const routerLayer = 'patch_transformer.transformer_encoder.layers.*';
const routerAttention = 'metric_head.patch_transformer.transformer_encoder.*.self_attn';

/** The router's qkv projection. Hugging Face stores queries, keys and values in three tensors. */
function routerThirds(kind: 'weight' | 'bias'): Rule {
  const [q, k, v] = ['query', 'key', 'value'].map((part) => `${routerAttention}.${part}.${kind}`);
  return [`${routerLayer}.self_attn.in_proj_${kind}`, [q, k, v]];
}

/** A network of two convolutions. `*` in the name stands for a level or an expert. */
function twoConvs(name: string): Rule[] {
  return [
    [`${name}._net.0`, `metric_head.${name}.conv1`],
    [`${name}._net.2`, `metric_head.${name}.conv2`],
  ];
}

const metricHead: readonly Rule[] = [
  ['core.core.scratch.output_conv.0', 'relative_head.conv1'],
  ['core.core.scratch.output_conv.2', 'relative_head.conv2'],
  ['core.core.scratch.output_conv.4', 'relative_head.conv3'],
  ['conv2', 'metric_head.conv2'],
  routerThirds('weight'),
  routerThirds('bias'),
  [routerLayer, 'metric_head.patch_transformer.transformer_encoder.*'],
  ['patch_transformer', 'metric_head.patch_transformer'],
  ['mlp_classifier.0', 'metric_head.mlp_classifier.linear1'],
  ['mlp_classifier.2', 'metric_head.mlp_classifier.linear2'],
  ...twoConvs('seed_bin_regressor'),
  ...twoConvs('seed_bin_regressors.*'),
  ...twoConvs('attractors.*'),
  ...twoConvs('attractors.*.*'),
  ...twoConvs('seed_projector'),
  ...twoConvs('projectors.*'),
  ['conditional_log_binomial', 'metric_head.conditional_log_binomial'],
];

export const zoeRules: readonly Rule[] = [...backbone, ...dptDecoder, ...metricHead];
