/** Tensors of an MCC checkpoint. Names and shapes as in the released co3dv2_all_categories.pth. */
import type { MccConfig } from '../config.ts';
import { type NetworkSpecs, SpecList } from './specs.ts';

/** Side of the window of points that becomes one token, pixels. */
const pointWindow = 8;

export function mccSpecs(config: MccConfig): NetworkSpecs {
  const { embed, decoderEmbed } = config;
  const tokens = (config.image / config.patch) ** 2 + 1;
  const list = new SpecList();
  list.tensor('cls_token', [1, 1, embed]);
  list.tensor('cls_token_xyz', [1, 1, embed]);
  list.tensor('pos_embed', [1, tokens, embed]);
  list.tensor('decoder_pos_embed', [1, tokens, decoderEmbed]);
  list.conv('patch_embed.proj', 3, embed, config.patch);
  list.tensor('xyz_pos_embed.two_d_pos_embed', [1, pointWindow ** 2 + 1, embed]);
  list.tensor('xyz_pos_embed.cls_token', [1, 1, embed]);
  list.tensor('xyz_pos_embed.invalid_xyz_token', [embed]);
  list.linear('xyz_pos_embed.pos_embed', 3, embed);
  vitBlock(list, 'xyz_pos_embed.blocks.0', embed, 2);
  for (const encoder of ['blocks', 'blocks_xyz']) {
    for (let i = 0; i < config.depth; i++) vitBlock(list, `${encoder}.${i}`, embed, 4);
  }
  list.norm('norm', embed);
  list.norm('norm_xyz', embed);
  list.linear('decoder_embed', 2 * embed, decoderEmbed);
  list.linear('decoder_xyz_pos_embed.pos_embed', 3, decoderEmbed);
  for (let i = 0; i < config.decoderDepth; i++) vitBlock(list, `decoder_blocks.${i}`, decoderEmbed, 4);
  list.norm('decoder_norm', decoderEmbed);
  // Occupancy, then red, green and blue as 256 classes or as one number each.
  list.linear('decoder_pred', decoderEmbed, 1 + 3 * (config.regressColor ? 1 : 256));
  return { network: 'mcc', config, tensors: list.tensors };
}

function vitBlock(list: SpecList, name: string, channels: number, mlpRatio: number): void {
  list.norm(`${name}.norm1`, channels);
  list.linear(`${name}.attn.qkv`, channels, 3 * channels);
  list.linear(`${name}.attn.proj`, channels, channels);
  list.norm(`${name}.norm2`, channels);
  list.linear(`${name}.mlp.fc1`, channels, mlpRatio * channels);
  list.linear(`${name}.mlp.fc2`, mlpRatio * channels, channels);
}
