/** Tensors of a SAM checkpoint. Names and shapes as in the released sam_vit_*.pth. */
import type { SamConfig } from '../config.ts';
import { type NetworkSpecs, SpecList } from './specs.ts';

export function samSpecs(config: SamConfig): NetworkSpecs {
  const list = new SpecList();
  imageEncoder(list, config);
  promptEncoder(list, config);
  maskDecoder(list, config);
  return { network: 'sam', config, tensors: list.tensors };
}

function imageEncoder(list: SpecList, config: SamConfig): void {
  const { embed, heads, out } = config;
  const grid = config.image / config.patch;
  const prefix = 'image_encoder';
  list.tensor(`${prefix}.pos_embed`, [1, grid, grid, embed]);
  list.conv(`${prefix}.patch_embed.proj`, 3, embed, config.patch);
  for (let i = 0; i < config.depth; i++) {
    const block = `${prefix}.blocks.${i}`;
    const span = config.globalBlocks.includes(i) ? grid : config.window;
    list.norm(`${block}.norm1`, embed);
    list.tensor(`${block}.attn.rel_pos_h`, [2 * span - 1, embed / heads]);
    list.tensor(`${block}.attn.rel_pos_w`, [2 * span - 1, embed / heads]);
    list.linear(`${block}.attn.qkv`, embed, 3 * embed);
    list.linear(`${block}.attn.proj`, embed, embed);
    list.norm(`${block}.norm2`, embed);
    list.linear(`${block}.mlp.lin1`, embed, config.mlpRatio * embed);
    list.linear(`${block}.mlp.lin2`, config.mlpRatio * embed, embed);
  }
  list.tensor(`${prefix}.neck.0.weight`, [out, embed, 1, 1]);
  list.norm(`${prefix}.neck.1`, out);
  list.tensor(`${prefix}.neck.2.weight`, [out, out, 3, 3]);
  list.norm(`${prefix}.neck.3`, out);
}

function promptEncoder(list: SpecList, { out, maskChannels }: SamConfig): void {
  const prefix = 'prompt_encoder';
  list.tensor(`${prefix}.pe_layer.positional_encoding_gaussian_matrix`, [2, out / 2]);
  for (let i = 0; i < 4; i++) list.tensor(`${prefix}.point_embeddings.${i}.weight`, [1, out]);
  list.tensor(`${prefix}.not_a_point_embed.weight`, [1, out]);
  list.conv(`${prefix}.mask_downscaling.0`, 1, maskChannels / 4, 2);
  list.norm(`${prefix}.mask_downscaling.1`, maskChannels / 4);
  list.conv(`${prefix}.mask_downscaling.3`, maskChannels / 4, maskChannels, 2);
  list.norm(`${prefix}.mask_downscaling.4`, maskChannels);
  list.conv(`${prefix}.mask_downscaling.6`, maskChannels, out);
  list.tensor(`${prefix}.no_mask_embed.weight`, [1, out]);
}

function maskDecoder(list: SpecList, config: SamConfig): void {
  const { out } = config;
  const prefix = 'mask_decoder';
  for (let i = 0; i < config.decoderDepth; i++) {
    const layer = `${prefix}.transformer.layers.${i}`;
    attention(list, `${layer}.self_attn`, out, out);
    list.norm(`${layer}.norm1`, out);
    attention(list, `${layer}.cross_attn_token_to_image`, out, out / 2);
    list.norm(`${layer}.norm2`, out);
    list.linear(`${layer}.mlp.lin1`, out, config.decoderMlp);
    list.linear(`${layer}.mlp.lin2`, config.decoderMlp, out);
    list.norm(`${layer}.norm3`, out);
    list.norm(`${layer}.norm4`, out);
    attention(list, `${layer}.cross_attn_image_to_token`, out, out / 2);
  }
  attention(list, `${prefix}.transformer.final_attn_token_to_image`, out, out / 2);
  list.norm(`${prefix}.transformer.norm_final_attn`, out);
  const maskTokens = config.multimask + 1;
  list.tensor(`${prefix}.iou_token.weight`, [1, out]);
  list.tensor(`${prefix}.mask_tokens.weight`, [maskTokens, out]);
  list.convTranspose(`${prefix}.output_upscaling.0`, out, out / 4, 2);
  list.norm(`${prefix}.output_upscaling.1`, out / 4);
  list.convTranspose(`${prefix}.output_upscaling.3`, out / 4, out / 8, 2);
  for (let i = 0; i < maskTokens; i++) {
    mlp3(list, `${prefix}.output_hypernetworks_mlps.${i}`, out, out, out / 8);
  }
  mlp3(list, `${prefix}.iou_prediction_head`, out, config.iouHidden, maskTokens);
}

function attention(list: SpecList, name: string, channels: number, inner: number): void {
  for (const part of ['q_proj', 'k_proj', 'v_proj']) list.linear(`${name}.${part}`, channels, inner);
  list.linear(`${name}.out_proj`, inner, channels);
}

function mlp3(list: SpecList, name: string, inputs: number, hidden: number, outputs: number): void {
  list.linear(`${name}.layers.0`, inputs, hidden);
  list.linear(`${name}.layers.1`, hidden, hidden);
  list.linear(`${name}.layers.2`, hidden, outputs);
}
