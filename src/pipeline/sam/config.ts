/** Configurations of SAM: their fields, and their values for the released checkpoints. */

/** SAM. Segment Anything, arXiv:2304.02643; released code, build_sam.py. */
export interface SamConfig {
  /** Channels of an image token. */
  readonly embed: number;
  /** Number of blocks of the image encoder. */
  readonly depth: number;
  readonly heads: number;
  /** Indices of the blocks that attend over the whole grid; the others attend within windows. */
  readonly globalBlocks: readonly number[];
  /** Side of the square input in pixels. */
  readonly image: number;
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Side of an attention window in tokens. */
  readonly window: number;
  /** Hidden channels of an MLP divided by `embed`. */
  readonly mlpRatio: number;
  /** Channels of the image embedding and of the decoder. */
  readonly out: number;
  /** Channels of a mask prompt before the last convolution. */
  readonly maskChannels: number;
  /** Number of layers of the decoder's two-way transformer. */
  readonly decoderDepth: number;
  readonly decoderHeads: number;
  /** Hidden channels of the decoder's MLPs. */
  readonly decoderMlp: number;
  /** Masks of a multi-mask answer. There is one more mask token, for the single mask. */
  readonly multimask: number;
  /** Hidden channels of the IoU prediction head. */
  readonly iouHidden: number;
}

const samVitB: SamConfig = {
  embed: 768,
  depth: 12,
  heads: 12,
  globalBlocks: [2, 5, 8, 11],
  image: 1024,
  patch: 16,
  window: 14,
  mlpRatio: 4,
  out: 256,
  maskChannels: 16,
  decoderDepth: 2,
  decoderHeads: 8,
  decoderMlp: 2048,
  multimask: 3,
  iouHidden: 256,
};

/**
 * Configurations by name, of the checkpoints sam_vit_b_01ec64, sam_vit_l_0b3195 and sam_vit_h_4b8939; `small` is for
 * tests.
 */
export const samConfigs = {
  vit_b: samVitB,
  vit_l: { ...samVitB, embed: 1024, depth: 24, heads: 16, globalBlocks: [5, 11, 17, 23] },
  vit_h: { ...samVitB, embed: 1280, depth: 32, heads: 16, globalBlocks: [7, 15, 23, 31] },
  small: {
    ...samVitB,
    embed: 64,
    depth: 4,
    heads: 4,
    globalBlocks: [1, 3],
    image: 256,
    window: 6,
    out: 32,
    decoderHeads: 4,
    decoderMlp: 64,
    iouHidden: 32,
  },
} as const satisfies Record<string, SamConfig>;
