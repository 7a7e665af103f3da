/** Names of SAM's tensors in the released sam_vit_*.pth and in the Hugging Face safetensors (facebook/sam-vit-*). */
import type { Rule } from '../../../weights/names/rules.ts';

/** Official name of the Fourier matrix: random frequencies for all position codes of prompts. */
export const fourierMatrix = 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix';

/** Hugging Face files store the Fourier matrix under the first name, the second, or both. */
const fourierSpellings = [
  'shared_image_embedding.positional_embedding',
  'prompt_encoder.shared_embedding.positional_embedding',
] as const;

const layer = 'mask_decoder.transformer.layers.*';

/**
 * A three-layer perceptron. Hugging Face calls the outer layers proj_in and proj_out, and counts only the layers
 * between.
 */
function mlp3(name: string): Rule[] {
  return [
    [`${name}.layers.0`, `${name}.proj_in`],
    [`${name}.layers.1`, `${name}.layers.0`],
    [`${name}.layers.2`, `${name}.proj_out`],
  ];
}

export const samRules: readonly Rule[] = [
  ['image_encoder.patch_embed.proj', 'vision_encoder.patch_embed.projection'],
  ['image_encoder.blocks.*.norm1', 'vision_encoder.layers.*.layer_norm1'],
  ['image_encoder.blocks.*.norm2', 'vision_encoder.layers.*.layer_norm2'],
  ['image_encoder.blocks', 'vision_encoder.layers'],
  ['image_encoder.neck.0', 'vision_encoder.neck.conv1'],
  ['image_encoder.neck.1', 'vision_encoder.neck.layer_norm1'],
  ['image_encoder.neck.2', 'vision_encoder.neck.conv2'],
  ['image_encoder.neck.3', 'vision_encoder.neck.layer_norm2'],
  ['image_encoder', 'vision_encoder'],
  [fourierMatrix, fourierSpellings[0]],
  [fourierMatrix, fourierSpellings[1]],
  ['prompt_encoder.point_embeddings', 'prompt_encoder.point_embed'],
  ['prompt_encoder.mask_downscaling.0', 'prompt_encoder.mask_embed.conv1'],
  ['prompt_encoder.mask_downscaling.1', 'prompt_encoder.mask_embed.layer_norm1'],
  ['prompt_encoder.mask_downscaling.3', 'prompt_encoder.mask_embed.conv2'],
  ['prompt_encoder.mask_downscaling.4', 'prompt_encoder.mask_embed.layer_norm2'],
  ['prompt_encoder.mask_downscaling.6', 'prompt_encoder.mask_embed.conv3'],
  [`${layer}.norm1`, `${layer}.layer_norm1`],
  [`${layer}.norm2`, `${layer}.layer_norm2`],
  [`${layer}.norm3`, `${layer}.layer_norm3`],
  [`${layer}.norm4`, `${layer}.layer_norm4`],
  ['mask_decoder.transformer.norm_final_attn', 'mask_decoder.transformer.layer_norm_final_attn'],
  ['mask_decoder.output_upscaling.0', 'mask_decoder.upscale_conv1'],
  ['mask_decoder.output_upscaling.1', 'mask_decoder.upscale_layer_norm'],
  ['mask_decoder.output_upscaling.3', 'mask_decoder.upscale_conv2'],
  ...mlp3('mask_decoder.output_hypernetworks_mlps.*'),
  ...mlp3('mask_decoder.iou_prediction_head'),
];
