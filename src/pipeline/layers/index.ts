/** Layers that the networks share: ops with the weights that they read, by their names in the checkpoint. */
export { linear, type LinearOptions } from './linear.ts';
export { layerNorm } from './norm.ts';
export { conv, convTranspose, type ConvOptions } from './conv.ts';
export { mlp, reluMlp, type MlpOptions } from './mlp.ts';
export { selfAttention, type SelfAttentionOptions } from './attention.ts';
export { vitBlock, type VitBlockParts } from './vitBlock.ts';
export { patchEmbed } from './patchEmbed.ts';
