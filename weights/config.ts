/** Sizes of the three networks: one type each, and the values of the released checkpoints. */

/** SAM. Segment Anything, arXiv:2304.02643; released code, build_sam.py. */
export interface SamConfig {
  /** Channels of an image token. */
  readonly embed: number;
  /** Blocks of the image encoder. */
  readonly depth: number;
  readonly heads: number;
  /** Indices of the blocks that attend over the whole grid; the others attend within windows. */
  readonly globalBlocks: readonly number[];
  /** Side of the square input, pixels. */
  readonly image: number;
  /** Side of a patch, pixels. */
  readonly patch: number;
  /** Side of an attention window, tokens. */
  readonly window: number;
  readonly mlpRatio: number;
  /** Channels of the image embedding and of the decoder. */
  readonly out: number;
  /** Channels of a mask prompt before the last convolution. */
  readonly maskChannels: number;
  readonly decoderDepth: number;
  readonly decoderHeads: number;
  readonly decoderMlp: number;
  /** Masks of a multi-mask answer; there is one more mask token, for the single mask. */
  readonly multimask: number;
  readonly iouHidden: number;
}

/** ZoeDepth. arXiv:2302.12288; released code, models/zoedepth and models/zoedepth_nk. */
export interface ZoeConfig {
  /** N: indoor (nyu); K: outdoor (kitti); NK: both, with a router. */
  readonly variant: 'N' | 'K' | 'NK';
  /** Channels of a backbone token. */
  readonly embed: number;
  /** Blocks of the backbone. */
  readonly depth: number;
  readonly heads: number;
  /** Side of the patch grid that the position bias tables were trained for. */
  readonly nativeGrid: number;
  /** Indices of the blocks whose outputs are used, shallow first. */
  readonly hooks: readonly number[];
  /** Channels of the four reassembled maps. */
  readonly neck: readonly number[];
  /** Channels of the fusion blocks. */
  readonly features: number;
  readonly bins: number;
  /** Channels of a bin embedding. */
  readonly binEmbed: number;
  /** Attractors of the four levels, coarse first. */
  readonly attractors: readonly number[];
  /** Height and width that the network's input is resized towards, pixels. */
  readonly inputSize: readonly [number, number];
  /** Hidden channels of the seed regressor, the projectors and the attractors. */
  readonly seedMlp: number;
  readonly projectorMlp: number;
  readonly attractorMlp: number;
  /** Range of depth, meters; `kittiMaxDepth` is that of NK's outdoor expert. */
  readonly minDepth: number;
  readonly maxDepth: number;
  readonly kittiMaxDepth: number;
  /** Range of the temperature of the bin distribution. */
  readonly minTemp: number;
  readonly maxTemp: number;
  /** Bin centers as widths that sum to the range (K) instead of softplus (N, NK). */
  readonly normed: boolean;
  /** Channels, hidden channels, heads and layers of NK's router. */
  readonly router: number;
  readonly routerMlp: number;
  readonly routerHeads: number;
  readonly routerLayers: number;
  /**
   * Horizontal field of view, degrees, of the lens through which the network sees every photo: its depth is multiplied by
   * the ratio of the photo's focal length to that of this lens. Without it, as in the released weights, depth stays as the network gives it.
   * The canonical camera of arXiv:2307.10984, section 3.2.
   */
  readonly canonicalFov?: number;
  /** Outputs of the backbone's classifier, which the files hold and inference never runs. */
  readonly classes: number;
}

/** MCC. Multiview Compressive Coding, arXiv:2301.08247; released code, mcc_model.py. */
export interface MccConfig {
  /** Channels of an encoder token. */
  readonly embed: number;
  /** Blocks of each of the two encoders. */
  readonly depth: number;
  readonly heads: number;
  readonly decoderEmbed: number;
  readonly decoderDepth: number;
  readonly decoderHeads: number;
  /** Side of the square color input, pixels; the point map has half of it. */
  readonly image: number;
  readonly patch: number;
  /** Heads of the block that turns a window of points into a token. */
  readonly xyzHeads: number;
  /** Color as three numbers instead of 3 x 256 classes. */
  readonly regressColor: boolean;
  /** Points farther from the origin than this are moved towards it. */
  readonly shrinkThreshold: number;
  /** Corners of the query grid in the normalized frame; `defaultBox` when absent. */
  readonly box?: Box;
  /** Probability above which a point is occupied; `defaultThreshold` when absent. */
  readonly threshold?: number;
}

/** An axis-aligned box; x right, y down, z forward. */
export interface Box {
  readonly min: readonly [number, number, number];
  readonly max: readonly [number, number, number];
}

/** The box that the released MCC demo sweeps. */
export const defaultBox: Box = { min: [-3, -3, -3], max: [3, 3, 3] };

/** The occupancy threshold of the released MCC demo. */
export const defaultThreshold = 0.1;

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

/** SAM by checkpoint: sam_vit_b_01ec64, sam_vit_l_0b3195, sam_vit_h_4b8939; `small` for tests. */
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

const zoeN: ZoeConfig = {
  variant: 'N',
  embed: 1024,
  depth: 24,
  heads: 16,
  nativeGrid: 24,
  hooks: [5, 11, 17, 23],
  neck: [256, 512, 1024, 1024],
  features: 256,
  bins: 64,
  binEmbed: 128,
  attractors: [16, 8, 4, 1],
  inputSize: [384, 512],
  seedMlp: 256,
  projectorMlp: 128,
  attractorMlp: 128,
  minDepth: 1e-3,
  maxDepth: 10,
  kittiMaxDepth: 80,
  minTemp: 0.0212,
  maxTemp: 50,
  normed: false,
  router: 128,
  routerMlp: 1024,
  routerHeads: 4,
  routerLayers: 4,
  classes: 1000,
};

/** ZoeDepth by checkpoint: ZoeD_M12_N, ZoeD_M12_K, ZoeD_M12_NK; `small` (an N) for tests. */
export const zoeConfigs = {
  N: zoeN,
  // as in the released code: ZoeD_K was trained up to 80 m, and the hub runs it up to 10 m.
  K: { ...zoeN, variant: 'K', inputSize: [384, 768], normed: true },
  // as in the released code: the configured 16, 8, 4, 1 attractors never reach NK, each level has 16.
  NK: { ...zoeN, variant: 'NK', attractors: [16, 16, 16, 16], seedMlp: 64, projectorMlp: 64 },
  small: {
    ...zoeN,
    embed: 48,
    depth: 4,
    heads: 4,
    nativeGrid: 6,
    hooks: [0, 1, 2, 3],
    neck: [24, 32, 48, 48],
    features: 32,
    bins: 16,
    binEmbed: 32,
    inputSize: [64, 96],
    classes: 10,
  },
} as const satisfies Record<string, ZoeConfig>;

const mccFull: MccConfig = {
  embed: 768,
  depth: 12,
  heads: 12,
  decoderEmbed: 512,
  decoderDepth: 8,
  decoderHeads: 16,
  image: 224,
  patch: 16,
  xyzHeads: 12,
  regressColor: false,
  shrinkThreshold: 10,
};

/** MCC by checkpoint: `full` is co3dv2_all_categories; `small` for tests. */
export const mccConfigs = {
  full: mccFull,
  small: { ...mccFull, embed: 48, depth: 2, heads: 4, decoderEmbed: 32, decoderDepth: 2, decoderHeads: 4 },
} as const satisfies Record<string, MccConfig>;
